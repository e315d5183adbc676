"""The questions in plain words. A fact without a row here is asked by its own name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """``options``: values in words of their own, where those of the rulebook are hard to grasp."""

    ask: Pair
    hint: Pair = ("", "")
    options: Mapping[str, Pair] = field(default_factory=dict)


_LEVELS = {
    "0": ("0级：能力完好", "0: everything works well"),
    "1": ("1级：轻度失能", "1: slightly care-dependent"),
    "2": ("2级：中度失能", "2: moderately care-dependent"),
    "3": ("3级：重度失能", "3: heavily care-dependent"),
    "4": ("4级：完全失能", "4: wholly care-dependent"),
}
_GRADES = {
    "1": ("一级（最重）", "grade one (heaviest)"),
    "2": ("二级", "grade two"),
    "3": ("三级", "grade three"),
    "4": ("四级", "grade four"),
}
QUESTIONS = {
    "birth_date": Question(
        ("老人是哪年哪月出生的？", "In which year and month was the elder born?"),
        ("按身份证上的公历日期填写。", "As the identity card says, by the common calendar."),
    ),
    "sex": Question(("老人的性别？", "Is the elder a woman or a man?")),
    "hukou": Question(
        ("老人的户口在哪里？", "Where is the elder registered?"),
        ("看户口本首页上的地址。", "See the address on the household register."),
    ),
    "area_class": Question(
        ("老人的户口是城镇还是农村？", "Is the registration urban or rural?"),
        ("不清楚可以选“不知道”。", "Choose “I don't know” where you are not sure."),
    ),
    "economic_status": Question(
        ("老人家里属于下面哪一种？", "Which of these is the elder's household?"),
        (
            "有低保证、特困证等证件的，按证件选；都没有的，选“一般家庭”。",
            "By the certificate, where there is one; else “no recognised hardship”.",
        ),
        {
            "tekun": ("特困人员（有特困供养证）", "destitute, with a certificate"),
            "dibao": ("低保家庭（领低保金）", "on minimum-living aid"),
            "dibao_marginal": ("低保边缘家庭", "near-poor, certified"),
            "low_income": ("其他认定的低收入家庭", "other recognised low income"),
            "ordinary": ("一般家庭（以上都不是）", "none of these"),
        },
    ),
    "can_work": Question(("老人还能干活挣钱吗？", "Can the elder still work for a living?")),
    "has_income": Question(
        ("老人有收入来源吗？", "Has the elder a source of income?"),
        ("比如养老金、工资、租金。", "A pension, wages, rent."),
    ),
    "has_supporter": Question(
        ("有没有能赡养老人的子女或其他亲人？", "Is there a child or relative able to support?"),
        ("指法律上有赡养义务，并且有能力赡养的人。", "Bound by law to support, and able to."),
    ),
    "support_mode": Question(
        ("老人的特困供养是哪一种？", "How is the elder's destitute support given?"),
    ),
    "prefers_concentrated": Question(
        ("老人愿意住到供养机构（敬老院）吗？", "Does the elder wish to live in a care home?"),
    ),
    "capability_level": Question(
        ("老人做过能力评估吗？结果是几级？", "Was ability assessed, and which level was found?"),
        (
            "看评估报告上的等级；没有评估过，选“不知道”。",
            "See the report; choose “I don't know” where there was no assessment.",
        ),
        _LEVELS,
    ),
    "assessed_on": Question(
        ("老人上一次做能力评估是什么时候？", "When was ability assessed last?"),
        ("从来没有做过，按下面的“没有做过”。", "If it never was, use the button below."),
    ),
    "self_care": Question(
        ("老人能自己照顾自己吗？", "Can the elder look after herself or himself?"),
        (
            "吃饭、穿衣、上下床、上厕所、室内走动、洗澡。",
            "Eating, dressing, getting up, toilet, walking indoors, washing.",
        ),
        {
            "able": ("都能自己做", "all of it alone"),
            "partial": ("有一部分要人帮忙", "some of it needs help"),
            "unable": ("都要人照顾", "all of it needs help"),
        },
    ),
    "dementia": Question(
        ("医生诊断过老人失智（老年痴呆）吗？", "Has a doctor found dementia?"),
    ),
    "disability_type": Question(
        ("老人有残疾证吗？是哪一类？", "Is there a disability certificate, and of which kind?"),
        ("没有残疾证，选“无”。", "Choose none where there is no certificate."),
    ),
    "disability_grade": Question(
        ("残疾证上是几级？", "Which grade does the disability certificate show?"),
        ("没有残疾证，选“没有残疾证”。", "Choose the last line where there is no certificate."),
        _GRADES,
    ),
    "needs_long_term_care": Question(
        ("老人需要别人长期照料吗？", "Does the elder need care for long?"),
    ),
    "severe_disability_subsidy": Question(
        (
            "老人现在领重度残疾人护理补贴吗？",
            "Does the elder draw the severe-disability care subsidy?",
        ),
    ),
    "lives_alone": Question(("老人一个人住吗？", "Does the elder live alone?")),
    "empty_nest": Question(
        ("子女都不在身边住吗（空巢）？", "Do all children live elsewhere (empty nest)?"),
    ),
    "left_behind": Question(
        ("子女长期在外地打工，老人留在家里吗？", "Do the children work away, for long?"),
    ),
    "children_unable_to_care": Question(
        ("子女没有能力照顾老人，或者没有子女吗？", "Can no child care, or is there none?"),
    ),
    "family_planning_special": Question(
        (
            "老人属于计划生育特殊家庭吗？",
            "Is it a family-planning special family?",
        ),
        (
            "独生子女伤残或者去世，并经卫健部门认定的家庭。",
            "The only child was disabled or died, and the health office certified it.",
        ),
    ),
    "honour_status": Question(
        ("老人有下面的优抚身份吗？", "Has the elder one of these honours?"),
        ("都没有，选“无”。", "Choose none where there is none."),
    ),
    "periodic_allowance": Question(
        ("老人领国家定期抚恤补助吗？", "Does the elder draw the periodic state allowance?"),
    ),
    "care_setting": Question(
        ("老人现在住在哪里养老？", "Where is the elder cared for now?"),
        options={
            "home": ("住在家里", "at home"),
            "home_bed": ("住在家里，并设了家庭养老床位", "at home, in a home care bed"),
            "institution": ("住在养老院等机构", "in a care home"),
        },
    ),
    "institution_filed": Question(
        ("老人住的养老院在民政部门备过案吗？", "Is the care home filed with the bureau?"),
    ),
    "family_can_care": Question(
        ("家里有人能照料老人吗？", "Can somebody in the family care for the elder?"),
    ),
    "institution_care_approved": Question(
        (
            "县民政部门批准过老人入住机构吗？",
            "Has the county approved care in an institution?",
        ),
    ),
    "pension_scheme": Question(
        ("老人参加了哪种养老保险？", "Which pension insurance has the elder?"),
    ),
    "ltci_benefit": Question(
        ("老人在享受长期护理保险待遇吗？", "Does the elder draw long-term-care insurance?"),
    ),
    "purchased_home_care": Question(
        (
            "政府给老人购买了居家养老服务吗？",
            "Does the elder get home care that the government buys?",
        ),
    ),
    "home_adapted": Question(
        (
            "老人家里做过适老化改造吗？",
            "Was the home adapted for old age already?",
        ),
    ),
    "homeless": Question(
        ("老人没有住处，在外流浪吗？", "Is the elder homeless and without means?"),
    ),
}
