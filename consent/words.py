"""Plain words for the codes in a consent, in Chinese and English. A code without words shows itself."""

import hashlib

from consent import databases

PURPOSES = {
    "TREAT": ("看病", "your care"),
    "ETREAT": ("急诊救治", "emergency care"),
    "BTG": ("抢救时查看", "an emergency look"),
    "ERTREAT": ("急诊室救治", "care in an emergency room"),
    "COC": ("转诊和协同治疗", "coordinating your care"),
    "CLINTRL": ("临床试验中的治疗", "treatment in a clinical trial"),
    "POPHLTH": ("人群健康管理", "population health"),
    "HOPERAT": ("医院运行管理", "running the hospital"),
    "CAREMGT": ("诊疗管理", "managing care"),
    "HPAYMT": ("结算医疗费用", "paying for care"),
    "COVAUTH": ("核定保险责任", "authorising cover"),
    "CLMATTCH": ("办理理赔", "an insurance claim"),
    "COVERAGE": ("核查参保", "checking cover"),
    "REMITADV": ("付款通知", "payment advice"),
    "HRESCH": ("医学研究", "health research"),
    "BIORCH": ("生物医学研究", "biomedical research"),
    "CLINTRCH": ("临床研究", "clinical research"),
    "DSRCH": ("疾病研究", "research into a disease"),
    "POARCH": ("人群与族源研究", "research into populations and ancestry"),
    "TRANSRCH": ("转化研究", "translational research"),
    "PATRQT": ("您本人的申请", "your own request"),
    "FAMRQT": ("家属的申请", "a request of your family"),
    "PWATRNY": ("受托人的申请", "a request of somebody you authorised"),
    "SUPNWK": ("照护您的人", "people who support you"),
    "PUBHLTH": ("公共卫生", "public health"),
    "DISASTER": ("灾害救援", "disaster relief"),
    "THREAT": ("应对公共卫生威胁", "a threat to public health"),
    "HMARKT": ("营销推广", "marketing"),
    "HQUALIMP": ("改进医疗质量", "improving quality"),
    "PATSFTY": ("患者和用药安全", "patient safety"),
    "HPRGRP": ("统计报告", "programme reporting"),
    "PATADMIN": ("就诊登记", "administration"),
    "TRAIN": ("教学培训", "training"),
    "SYSDEV": ("系统开发", "developing systems"),
    "HSYSADMIN": ("系统维护", "running the systems"),
    "METAMGT": ("元数据管理", "managing metadata"),
    "LABELING": ("标注数据", "labelling data"),
    "RECORDMGT": ("病历管理", "managing records"),
    "HDIRECT": ("健康目录服务", "a health directory"),
    "HACCRED": ("机构评审", "accreditation"),
    "HCOMPL": ("合规检查", "checking compliance"),
    "HDECD": ("处理逝者事务", "matters of the deceased"),
    "HDM": ("诊疗服务管理", "managing how care is delivered"),
    "HLEGAL": ("法律事务", "legal matters"),
    "HOUTCOMS": ("评价治疗效果", "measuring outcomes"),
    "PERFMSR": ("评价服务质量", "measuring performance"),
    "MEMADMIN": ("参保人管理", "administering members"),
    "OPERAT": ("业务运行", "operations"),
    "FRAUD": ("查处欺诈", "finding fraud"),
    "GOV": ("政府管理", "government"),
    "DONAT": ("器官或遗体捐献", "donation"),
    "CLINTRCHNPC": ("不涉及诊疗的临床试验研究", "clinical trial research without care"),
    "CLINTRCHPC": ("伴随诊疗的临床试验研究", "clinical trial research with care"),
    "PRECLINTRCH": ("临床前研究", "preclinical research"),
    "TREATDS": ("为数据主体治疗", "treating the person the data are about"),
    "PURPOSEOFUSE": ("任何用途", "any purpose"),
}
ACTIONS = {
    "access": ("查看", "see"),
    "use": ("使用", "use"),
    "disclose": ("对外提供", "disclose"),
    "collect": ("收集", "collect"),
    "correct": ("更正", "correct"),
}
CLASSES = {
    "Patient": ("个人信息", "personal details"),
    "Observation": ("检查检验结果", "test results"),
    "DiagnosticReport": ("检查检验报告", "test reports"),
    "Condition": ("诊断", "diagnoses"),
    "MedicationRequest": ("处方", "prescriptions"),
    "MedicationStatement": ("用药情况", "medicines you take"),
    "MedicationAdministration": ("给药记录", "medicines given"),
    "MedicationDispense": ("发药记录", "medicines dispensed"),
    "AllergyIntolerance": ("过敏史", "allergies"),
    "Immunization": ("预防接种", "vaccinations"),
    "Procedure": ("手术和操作", "procedures"),
    "Encounter": ("就诊经过", "visits"),
    "ImagingStudy": ("影像", "images"),
    "DocumentReference": ("病历文书", "documents"),
    "Composition": ("病历摘要", "summaries"),
    "CarePlan": ("诊疗计划", "care plans"),
    "FamilyMemberHistory": ("家族史", "family history"),
    "ServiceRequest": ("检查申请", "orders"),
    "Claim": ("费用", "bills"),
    "ExplanationOfBenefit": ("结算单", "settlements"),
    "Coverage": ("参保情况", "insurance"),
    "QuestionnaireResponse": ("问卷", "questionnaires"),
    "Specimen": ("标本", "specimens"),
    "MolecularSequence": ("基因序列", "gene sequences"),
    "Appointment": ("预约", "appointments"),
    "CareTeam": ("照护团队", "care teams"),
    "EpisodeOfCare": ("签约服务", "contracts for care"),
    "Flag": ("警示信息", "alerts"),
    "RelatedPerson": ("家属信息", "relatives"),
    "Device": ("医疗器械", "devices"),
    "Consent": ("同意书", "consents"),
}
# Named where a consent names all of their kinds (databases.py).
DATABASES = {
    "population": ("全员人口信息", "population register"),
    "archive": ("电子健康档案", "health archive"),
    "emr": ("电子病历", "medical record"),
}
SENSITIVITIES = {
    "HIV": ("艾滋病", "HIV"),
    "STD": ("性传播疾病", "sexually transmitted disease"),
    "SEX": ("性与生殖健康", "sexual and reproductive health"),
    "PSY": ("精神科", "psychiatric"),
    "PSYTHPN": ("心理治疗", "psychotherapy"),
    "MH": ("心理健康", "mental health"),
    "BH": ("行为健康", "behavioural health"),
    "SUD": ("物质使用障碍", "substance use disorder"),
    "ETH": ("酒精和药物依赖", "alcohol and drug dependence"),
    "ETHUD": ("饮酒问题", "alcohol use"),
    "OPIOIDUD": ("阿片类药物依赖", "opioid use"),
    "SPI": ("需特别保护的", "specially protected"),
    "SDV": ("性暴力和家庭暴力", "sexual assault and domestic violence"),
    "GDIS": ("遗传病", "genetic disease"),
    "SICKLE": ("镰状细胞病", "sickle cell disease"),
    "TBOO": ("社会禁忌", "taboo"),
}
LEVELS = {
    "U": ("公开", "unrestricted"),
    "L": ("很低", "low"),
    "M": ("较低", "moderate"),
    "N": ("一般", "normal"),
    "R": ("特别私密", "extra-private"),
    "V": ("极其私密", "most private"),
}
ROLES = {
    "physician": ("医生", "physicians"),
    "nurse": ("护士", "nurses"),
    "emergency-physician": ("急诊医生", "emergency physicians"),
    "family-doctor": ("家庭医生", "family doctors"),
    "pharmacist": ("药师", "pharmacists"),
    "researcher": ("研究人员", "researchers"),
    "public-health-officer": ("公共卫生人员", "public health officers"),
    "insurance-clerk": ("保险经办人", "insurance clerks"),
    "security-officer": ("安全负责人", "security officers"),
    "next-of-kin": ("近亲属", "next of kin"),
    "ai-device": ("智能系统", "automated systems"),
    "kiosk": ("自助机", "kiosks"),
    "radiologist": ("影像诊断医师", "radiologists"),
    "ecg-physician": ("心电诊断医师", "ECG physicians"),
    "pathologist": ("病理诊断医师", "pathologists"),
    "manager": ("医院管理人员", "managers"),
    "data-processor": ("受托处理人员", "data processors"),
    "courier": ("配送员", "couriers"),
    "home-nurse": ("居家护理人员", "home nurses"),
}
USES = {
    "0000004": ("不限用途", "any use"),
    "0000042": ("一般研究", "general research"),
    "0000006": ("健康与生物医学研究", "health, medical and biomedical research"),
    "0000007": ("特定疾病研究", "research into particular diseases"),
    "0000011": ("族源研究", "ancestry research"),
    "0000018": ("仅限非营利", "non-profit only"),
    "0000045": ("仅限非营利机构", "non-profit organisations only"),
    "0000046": ("仅限非商业用途", "non-commercial use only"),
    "0000021": ("须经伦理批准", "with ethics approval"),
    "0000027": ("仅限指定项目", "the named project only"),
    "0000022": ("有地域限制", "limited to a place"),
}
SEPARATE = {
    "sensitive": ("使用特别私密的信息", "use of extra-private information"),
    "provide-third-party": ("提供给其他机构", "giving it to another organisation"),
    "cross-border": ("传到国外", "sending it abroad"),
    "publish": ("公开", "making it public"),
    "automated-decision": ("由电脑自动作决定", "decisions by computer"),
    "minor-guardian": ("监护人替孩子作主", "a guardian deciding for a child"),
    "research-broad": ("用于今后的研究", "future research"),
    "research-project": ("用于一项研究", "one study"),
}
MEANINGS = {
    "instance": ("{}这一份", "the item {}"),
    "related": ("与{}有关的", "what relates to {}"),
    "dependents": ("属于{}的", "what depends on {}"),
    "authoredby": ("出自{}的", "what {} wrote"),
}
STATUSES = {
    "active": ("有效", "in force"),
    "inactive": ("已收回", "taken back"),
    "draft": ("草稿，尚未生效", "a draft that does not count yet"),
    "proposed": ("尚待您确认", "waiting for your answer"),
    "rejected": ("您未同意", "you did not agree"),
    "entered-in-error": ("录入有误，不算数", "entered in error, does not count"),
}
SCOPES = {"research": ("只用于研究", "for research only"), "treatment": ("不用于研究", "never for research")}
EVERY_SCOPE = {
    **SCOPES,
    "patient-privacy": ("用于写明的各种目的", "for whatever it names"),
    "adr": ("预先的医疗指示，不涉及记录", "an advance directive, not about records"),
}


def word(table: dict[str, tuple[str, str]], code: str, lang: str) -> str:
    """The word for a code in the language, "zh" or "en"; the code itself where nobody has found a word."""
    zh, en = table.get(code, (code, code))
    return zh if lang == "zh" else en


# Raised whenever a sentence of the same words is built otherwise (phrases.py, sentences.py).
BUILT = 1


def edition() -> str:
    """Which words these are: whoever keeps a sentence keeps this beside it, and can tell a new wording from a lie."""
    tables = (
        PURPOSES,
        ACTIONS,
        CLASSES,
        DATABASES,
        SENSITIVITIES,
        LEVELS,
        ROLES,
        USES,
        SEPARATE,
        MEANINGS,
        STATUSES,
        SCOPES,
    )
    kinds = [(name, sorted(classes)) for name, classes in databases.DATABASES.items()]
    told = repr([*(sorted(one.items()) for one in tables), kinds])
    return f"{BUILT}-{hashlib.sha256(told.encode()).hexdigest()[:16]}"
