"""信息公开 what anybody may read of registers and cases: rows of their own, and nothing of a file.

The owner's login writes them; whoever reads the portal reads these rows and no others.
"""
