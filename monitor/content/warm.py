"""What is made when first needed, made: imported by the fork server, so that no reader makes it anew."""

from monitor.content.language import prepare
from monitor.core.text_tables import tables

tables()
prepare()
