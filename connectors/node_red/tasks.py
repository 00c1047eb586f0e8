"""Node-RED with our palette: signed webhooks, which its two nodes check, and sign on the way back.

What is sent and what is believed is the webhook's; only who receives it differs.
"""

from pydantic import Field

from connectors.kit.addresses import WebAddress
from connectors.webhook.tasks import CAPABILITIES, changes, fetch, parse_inbound, probe, upsert
from connectors.webhook.tasks import Settings as SignedWebhook

__all__ = ["CAPABILITIES", "Settings", "changes", "fetch", "parse_inbound", "probe", "upsert"]


class Settings(SignedWebhook):
    """Where the node *okr action* listens, and the secret that both nodes hold too."""

    address: WebAddress = Field(title="task_platforms.node_red_address", pattern=r"^https?://[^/\s]+")
