"""What may go wrong around a desk that runs, tried from outside: by IMAP, SMTP, HTTP, signals and full disks.

In the suite each fault is tried small; `make faults` tries it at full size, on both databases.
"""
