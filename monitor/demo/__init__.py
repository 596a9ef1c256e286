"""`monitor demo`: see `monitor.demo.show`."""
