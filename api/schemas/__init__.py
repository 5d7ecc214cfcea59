"""What goes over the wire. Amounts are `{currency, minor}`, offsets integer strings, dates `YYYY-MM-DD`."""
