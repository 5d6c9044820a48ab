"""What a person may say about their records: who, why, what, how long, and what not."""

from dataclasses import dataclass

from consent.errors import BadWish

# What the law wants asked and answered by itself, and how a consent says that it was.
SEPARATELY = {
    "sensitive": "sensitive",  # PIPL 29
    "third-party": "provide-third-party",  # PIPL 23
    "cross-border": "cross-border",  # PIPL 39
    "publish": "publish",  # PIPL 25
    "automated": "automated-decision",  # PIPL 24
    "research-broad": "research-broad",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A file somebody showed: a signed form, a birth certificate. Only its name and digest are kept."""

    title: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A permit, or with `refuse` a refusal. What is named together holds together.

    References are FHIR references (`Organization/x`, `Practitioner/y`, `Group/z`); codes `system|code`; dates
    FHIR dates, a day counting to its end. `grantor` is who decides for the patient, if not the patient.
    `confirmed` are keys of SEPARATELY. Empty means: not limited by this.
    """

    patient: str = ""
    refuse: bool = False
    recipients: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    sensitivities: tuple[str, ...] = ()
    confidentiality: str = ""
    starts: str = ""
    ends: str = ""
    data_since: str = ""
    data_until: str = ""
    except_recipients: tuple[str, ...] = ()
    except_classes: tuple[str, ...] = ()
    except_codes: tuple[str, ...] = ()
    except_sensitivities: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    study: str = ""
    uses: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    onward: bool = False
    deidentify: bool = False
    scope: str = ""
    policy: str = ""
    grantor: str = ""
    proof: Paper | None = None
    evidence: Paper | None = None
    channel: str = ""
    custodian: str = ""

    def require_sense(self) -> None:
        """Return if this can be agreed to; a permit must say who and why. Raises BadWish."""
        if not self.patient:
            raise BadWish("it is not said whose record is meant", "没有说明是谁的记录")
        if unknown := [one for one in self.confirmed if one not in SEPARATELY]:
            known = ", ".join(SEPARATELY)
            raise BadWish(
                f"{unknown[0]} is nothing to confirm separately; these are: {known}",
                f"{unknown[0]} 不是单独确认的事项；可选：{known}",
            )
        if not self.refuse and not (self.recipients or self.roles or self.regions):
            raise BadWish("a permit must say who may see the record", "同意必须写明由谁查看")
        if not self.refuse and not self.purposes:
            raise BadWish("a permit must say what for", "同意必须写明为什么看")
        if self.refuse and (self.except_recipients or self.except_classes or self._except_data):
            raise BadWish(
                "a refusal has no exceptions; allow what is meant in a consent of its own",
                "拒绝不设例外；例外部分请另行同意",
            )
        if self.grantor and self.grantor != self.patient and not (self.refuse or self.proof):
            raise BadWish(
                "somebody decides for the patient without proof that they may (--proof FILE)",
                "由他人代为同意，但没有可以替患者做主的证明",
            )

    @property
    def _except_data(self) -> tuple[str, ...]:
        return (*self.except_codes, *self.except_sensitivities)
