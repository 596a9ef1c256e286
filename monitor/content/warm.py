"""What is made when first needed, made: imported by the fork server, so that no reader makes it anew."""

from monitor.core.text_tables import tables

tables()
