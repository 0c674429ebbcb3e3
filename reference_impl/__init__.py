"""The reference Customer Widget in its releases, its server and the agent console."""
