"""What an officer should look at: patterns in the ledger that honest work seldom makes. No finding is a verdict."""

from exchange.audit.anomalies.finding import Anomaly, Limits
from exchange.audit.anomalies.known import Known
from exchange.audit.anomalies.looking import KINDS, anomalies

__all__ = ["KINDS", "Anomaly", "Known", "Limits", "anomalies"]
