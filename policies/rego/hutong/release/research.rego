package hutong.release

import data.hutong.question

project := question.research

# METADATA
# title: Approval in force
# scope: document
# description: |
#   The last day counts whole, in China: until 24:00 +08:00, which is 16:00 UTC. The instant is read, not computed,
#   because the WebAssembly engine has no clock functions of its own.
approval_in_force if substring(question.at, 0, 10) < project.approved_until

approval_in_force if {
	substring(question.at, 0, 10) == project.approved_until
	endswith(question.at, "+08:00")
}

approval_in_force if {
	substring(question.at, 0, 10) == project.approved_until
	substring(question.at, 11, 2) < "16"
}

# METADATA
# title: Research project required
# description: Research names the registered project it is done for.
# custom:
#   code: RESEARCH_PROJECT_REQUIRED
#   zh: 科研用途须注明已登记的项目
#   en: research must name its registered project
#   law: 《涉及人的生命科学和医学研究伦理审查办法》 · Ethics Review Measures 2023
refusals contains "RESEARCH_PROJECT_REQUIRED" if {
	family == "research"
	is_null(project)
}

# METADATA
# title: Ethics approval required
# description: A project without approval gets nothing, not even a count.
# custom:
#   code: ETHICS_APPROVAL_REQUIRED
#   zh: 科研项目尚未获得伦理批准
#   en: the research project has no ethics approval
#   law: 《涉及人的生命科学和医学研究伦理审查办法》 · Ethics Review Measures 2023
refusals contains "ETHICS_APPROVAL_REQUIRED" if {
	family == "research"
	project.approved == false
}

# METADATA
# title: Ethics approval ended
# description: The approval's last day is over, or it has none.
# custom:
#   code: ETHICS_APPROVAL_ENDED
#   zh: 科研项目的伦理批准已过期
#   en: the ethics approval of the research project has ended
#   law: 《涉及人的生命科学和医学研究伦理审查办法》 · Ethics Review Measures 2023
refusals contains "ETHICS_APPROVAL_ENDED" if {
	family == "research"
	project.approved
	not approval_in_force
}

# METADATA
# title: Research identified
# description: Research gets de-identified data; there is no way yet to approve more.
# custom:
#   code: RESEARCH_IDENTIFIED
#   zh: 科研不得使用可识别个人的数据
#   en: research is not given data that name people
#   law: 《个人信息保护法》第六条、第七十三条 · PIPL art. 6, 73; GB/T 37964-2019
refusals contains "RESEARCH_IDENTIFIED" if {
	family == "research"
	project.identified
}

# METADATA
# title: Research under other purpose
# description: A project that asks for quality work or treatment is research under another name.
# custom:
#   code: RESEARCH_UNDER_OTHER_PURPOSE
#   zh: 科研项目不得以其他用途的名义调阅
#   en: a research project may not ask under another purpose
#   law: 《个人信息保护法》第六条 · PIPL art. 6
refusals contains "RESEARCH_UNDER_OTHER_PURPOSE" if {
	purpose_open
	family != "research"
	is_object(project)
}
