"""A whole desk on this machine: mail servers, daemon, customers and agents, live on the terminal."""
