"""The states of a message, and which comes after which.

made > in_file > delivered        made > in_file > failed > printed > read_out

The database refuses every other one (`scope.sql`); that both lists are one is a test's business.
"""

from __future__ import annotations

from typing import Final

MADE: Final = "made"
PRINTED: Final = "printed"
IN_FILE: Final = "in_file"
DELIVERED: Final = "delivered"
FAILED: Final = "failed"
READ_OUT: Final = "read_out"
WITHDRAWN: Final = "withdrawn"
STATES: Final = (MADE, PRINTED, IN_FILE, DELIVERED, FAILED, READ_OUT, WITHDRAWN)
OPEN: Final = (MADE, FAILED)
"""Nothing is on its way to her: somebody has to print it or read it out."""
NEXT: Final = {
    "": (MADE,),
    MADE: (PRINTED, IN_FILE, READ_OUT, WITHDRAWN),
    # printed or written once more, where paper or file was lost
    PRINTED: (PRINTED, DELIVERED, FAILED, READ_OUT, WITHDRAWN),
    IN_FILE: (IN_FILE, DELIVERED, FAILED, READ_OUT, WITHDRAWN),
    FAILED: (PRINTED, IN_FILE, READ_OUT, WITHDRAWN),
    DELIVERED: (READ_OUT,),
    READ_OUT: (),
    WITHDRAWN: (),
}
NAMES: Final = {
    MADE: ("待送", "to be sent"),
    PRINTED: ("已打印", "printed"),
    IN_FILE: ("已列入短信文件", "in a file of text messages"),
    DELIVERED: ("已送达", "delivered"),
    FAILED: ("未送达", "not delivered"),
    READ_OUT: ("已当面告知", "read out to her"),
    WITHDRAWN: ("已撤回", "withdrawn"),
}
