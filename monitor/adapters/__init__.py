"""Input and output: each file implements one port; none knows another."""
