"""Messages: the office tells an elder what concerns her, by letter or by text message.

No gateway: letters are printed, text messages leave as a file and their receipts come back as one.
"""
