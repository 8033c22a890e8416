"""Takes recorded messages apart in a child process, as a preparing worker does before it reads what it found.

`python -m demo.bench.unpacker N`: says "ready", waits for the end of its input, unpacks the next N messages that are
recorded from then on, says "done".
"""

from __future__ import annotations

import sys
import time

from casework.site import boot
from demo.rigs.mailbox_worker import OFFICE

LOOK_SECONDS = 0.01


def main() -> None:
    """Unpack and tell."""
    boot()
    from casework.record.models import Message
    from casework.record.store import Store
    from classifiers import Reader

    store, left = Store(OFFICE), int(sys.argv[1])
    last = max(Message.objects.values_list("pk", flat=True), default=0)
    with Reader(processes=1) as reader:
        reader.part_bytes(b"Subject: warm\r\n\r\n\r\n", "message.eml", "1")
        print("ready", flush=True)
        sys.stdin.read()
        while left:
            found = list(Message.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "address"))
            for _, address in found:
                reader.part_bytes(store.get(address), "message.eml", "1")
            last = found[-1][0] if found else last
            left -= len(found)
            if not found:
                time.sleep(LOOK_SECONDS)
    print("done", flush=True)


if __name__ == "__main__":
    main()
