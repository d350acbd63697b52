"""What others keep of the log, and how it is compared with it: heads, mails, mirrors."""
