"""Messages to a Facebook Page and to its Instagram account: Meta pushes both in one shape, and takes both in one."""
