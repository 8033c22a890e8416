"""Dovecot's configuration: everything below one folder, one account, IMAPS on loopback."""

from __future__ import annotations

import grp

from demo.unprivileged import Lodging

CONFIG = """\
base_dir = {path}/run
state_dir = {path}/run
log_path = {path}/dovecot.log
protocols = imap
listen = {host}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = {uid}
last_valid_uid = {uid}
first_valid_gid = {gid}
ssl = required
ssl_cert = <{path}/server.pem
ssl_key = <{path}/server.key
ssl_dh =
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{path}/mail/%u
mail_max_userip_connections = 100
passdb {{
  driver = passwd-file
  args = username_format=%u {path}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={path}/mail/%u
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
!include_try {path}/more.conf
"""


def make_config(lodging: Lodging, *, host: str, port: int, capability: str = "") -> str:
    """The text of dovecot.conf; `capability` replaces what the server announces after login."""
    account = lodging.account
    text = CONFIG.format(
        path=lodging.path, host=host, port=port, user=account.name, uid=account.uid, gid=account.gid,
        group=grp.getgrgid(account.gid).gr_name,
    )  # fmt: skip
    return text + (f"imap_capability = {capability}\n" if capability else "")
