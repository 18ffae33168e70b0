"""A second Rapport with data of its own, which answers whatever comes, however foolish: for tests of mail loops.

    RAPPORT_DATA=DIR python -m rapport.channels.tests.robot_desk ADDRESS SMTP_PORT

Reads mails from its standard input, each as a JSON string on a line; after each it says what it did, as JSON too.
On null it forgets whom it wrote to.
"""

import json
import os
import sys


def main(address: str, port: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "rapport.site.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from rapport.channels.tests.robot import connected, forget, robot_answer

    channel = connected(address, port)
    print(json.dumps("ready"), flush=True)  # noqa: T201
    for line in sys.stdin:
        mail = json.loads(line)
        said = robot_answer(mail.encode("latin-1"), channel) if mail else forget()
        print(json.dumps(said), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
