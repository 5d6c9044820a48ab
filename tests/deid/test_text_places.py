"""Where people live and come from, where they were treated and work: found in every writing, and only there."""

import pytest

from deid.text.folding import fold
from deid.text.places import find_places
from deid.text.spans import cover
from tests.deid.marked_notes import read

ADDRESSES = """
家住<ADDRESS|江苏省昆山市玉山镇朝阳路8号>。
现住址：<ADDRESS|广东省深圳市南山区粤海街道科苑路15号科兴园B栋2单元1203室>
户口地址:<ADDRESS|湖南省邵阳市武冈市邓元泰镇渡头村8组>  电话:-
住址 <ADDRESS|甘肃省天水市麦积区马跑泉镇三岔村>
从<ADDRESS|四川绵阳>来,在<ADDRESS|东莞>打工半年
患者<ADDRESS|河南周口>人,务农
农民,<ADDRESS|安徽阜南>籍
长期居住于<ADDRESS|广西桂林>
<ADDRESS|贵州省毕节市威宁彝族回族苗族自治县草海镇>人
系<ADDRESS|内蒙古通辽市科尔沁左翼中旗>牧民
籍贯:<ADDRESS|山东临沂> 出生地:<ADDRESS|山东>
籍贯<ADDRESS|福建莆田>,职业司机
老家<ADDRESS|湖北>,现居<ADDRESS|上海市闵行区>
途经<ADDRESS|武汉>返乡,曾在<ADDRESS|苏州>停留
家住<ADDRESS|柳河村>,来自<ADDRESS|双塔镇>
住<ADDRESS|柳泉新村3栋502>
住<ADDRESS|朝阳中路88弄3号楼502室>
<ADDRESS|青岛市城阳区正阳路街道韩家小区6号楼>
<ADDRESS|天津市滨海新区杭州道街晓苑里7-2-401>
<ADDRESS|海曙区月湖街道偃月街88弄3号501>
<ADDRESS|常州市钟楼区永红街道北村19幢丙单元302>
<ADDRESS|高密市醴泉街道孚日小区2期14号楼>
<ADDRESS|济南市历城区华山街道安置区B7-1-1803>
<ADDRESS|昆山市花桥镇绿地大道 1555 弄 21 号 602>,
<ADDRESS|厦门市集美区杏滨街道锦园东里 12 号>,
<ADDRESS|辽宁省新宾县>、<ADDRESS|绥中县前所镇甲12号>
<ADDRESS|八一路甲12号附3号>
<ADDRESS|新疆生产建设兵团第八师143团3连>
<ADDRESS|新竹縣竹北市光明六路10號>
<ADDRESS|香港九龙城区>人
地址:<ADDRESS|九龙观塘协和街和乐邨居安楼2417室>
由<ADDRESS|高雄>赶来
去年在<ADDRESS|美国>留学,自<ADDRESS|日本>回国
<ADDRESS|潍海市>人,从<ADDRESS|章平市>来
<ADDRESS|潍海市玉皇区>
否认到过<ADDRESS|武汉>等地,其子在<ADDRESS|上海>工作
120于<ADDRESS|人民东路与解放路交叉口>接到患者,在<ADDRESS|科技路与云海路交口东200米>跌倒,在<ADDRESS|312国道>被撞
事发地点:<ADDRESS|科技大道与云海路交口东200米>
长期在<ADDRESS|日本东京>工作,现居<ADDRESS|香港新界沙田>,迁居<ADDRESS|杭州临平>
通讯地址:<ADDRESS|北京市海淀区学院南路甲62号院4号楼1203>;
<ADDRESS|广东省茂名市电白区水东镇人民路三横巷12号之一>
由<ADDRESS|安徽省宿州市灵璧县>当地医院转来
户籍地:<ADDRESS|江苏省盐城市,响水县陈家港镇9号>
<ADDRESS|昆山市玉山镇朝
阳路8号>
住址:<ADDRESS|上高街道
马家庄97号>
邮编:<POSTCODE|215300>
在<ADDRESS|江南区大学路>那边摔倒
住<ADDRESS|甘孜藏族自治州康定市炉城街道向阳一路格桑广场旁5栋301室>
屋头在<ADDRESS|资中县球溪镇街上>
地点<ADDRESS|新巴尔虎右旗克尔伦苏木乌兰嘎查往西12公里>
他住在<ADDRESS|瑞丽市勐卯街道姐岗路商贸城出租房>,
地址:<ADDRESS|拉萨市城关区江西
路88号>
住 <ADDRESS|清湖镇>
您好,我是<ADDRESS|忻城>那个老人的女儿
"""
HOSPITALS = """
由<HOSPITAL|绵阳市中心医院>转至<HOSPITAL|成都市第一人民医院>治疗
曾于<HOSPITAL|市一医院>就诊,后转<HOSPITAL|省人民医院>
在<HOSPITAL|华西>住院,于<HOSPITAL|县人民医院>行CT
<HOSPITAL|复旦大学附属肿瘤医院>会诊
<HOSPITAL|中国医科大学附属盛京医院>
<HOSPITAL|苏州大学附属第一医院(平江院区)>
<HOSPITAL|昆山市第一人民医院东院区>
<HOSPITAL|解放军第九六〇医院>体检
转<HOSPITAL|山大齐鲁>,到<HOSPITAL|附一院>,<HOSPITAL|南医大二附院>
于<HOSPITAL|市二院>行CT,在<HOSPITAL|三院>就诊
<HOSPITAL|青岛市立>骨科
<HOSPITAL|昆山市玉山镇社区卫生服务中心>
<HOSPITAL|仁和医院>住院,<HOSPITAL|济生堂中医诊所>针灸
<HOSPITAL|吕四港镇中心卫生院>
<HOSPITAL|昆山市妇幼保健院>、<HOSPITAL|昆山市疾控中心>
<HOSPITAL|爱明眼科医院>、<HOSPITAL|爱康国宾体检中心>
家属诉<HOSPITAL|昆山市第一人民医院>已诊断
<HOSPITAL|曲阳县中
医院>
<HOSPITAL|济阳县人民 医院>
由<HOSPITAL|托里县阿克其干医院>转来
乙方:<HOSPITAL|成都市青白江区大同街道明和社区健康服务中心>
<HOSPITAL|宁波鄞州康泽影像诊断中心>
<HOSPITAL|中山石岐安悦体检门诊部>
<HOSPITAL|香港觀塘康怡醫務中心>
<HOSPITAL|梅州市蓝海眼科>  Tel
送<HOSPITAL|西双版纳州寄生虫病防治所>
转介<HOSPITAL|养和>心脏科
<HOSPITAL|泰安市中心 医
院>
到<HOSPITAL|上海瑞金医院>,<HOSPITAL|北京协和医院>病理会诊
曾在<HOSPITAL|儿童医院>就诊
申请医院:<HOSPITAL|仁济分院>
颈椎X光(<HOSPITAL|玉山镇医院>)
曾在<ADDRESS|沈阳>一所医院治疗
在<HOSPITAL|市中医院>针灸,<HOSPITAL|市妇幼>产检,于<HOSPITAL|县医院>拍片
外院(<HOSPITAL|上海市第六人民医院>)MRI示
转诊自<HOSPITAL|灵璧县人民医院>急诊科
<HOSPITAL|解放军总医院第五医学中心>,<HOSPITAL|武警浙江省总队医院>骨科
在<HOSPITAL|美年大健康>体检发现肺结节
<HOSPITAL|昆山市第一人民医院>体检中心
"""
ORGANISATIONS = """
工作单位:<ORG|恒达精密机械有限公司>
工作单位 <ORG|和泰网络有限公司>
单位:<ORG|宏达板材>
就读于<ORG|昆山市实验小学>三年级
在<ORG|富士达电子厂>打工
<ORG|中国太平洋人寿保险股份有限公司盐城中心支公司>
<ORG|冠捷科技(厦门)有限公司>工程师
<ORG|沈阳理工大学>学生
<ORG|昌乐第一中学>高二
<ORG|玉山派出所>出警,<ORG|柳河村村委会>证明
<ORG|泰康人寿>理赔
<ORG|青岛中能足球俱乐部>
退休于<ORG|兖州矿务局>
在<ORG|宏远电子>上班,在电子厂打工
在<ORG|美的集团>流水线,在<ORG|顺丰速运>送快递
<ORG|宿州市公安局交警支队>委托鉴定
开户行:<ORG|中国农业银行灵璧支行>
报<ORG|达拉特旗应急管理局>
系<ORG|滇南林业职业学院>学生
养老机构<ORG|百色松鹤颐养园>
"""
NOTHING = """
建议去医院或社区健康服务中心体检,在附近体检门诊部检查,腹部影像中心会诊
澳门居民身份证
我院、贵院、外院、本院、当地医院、上级医院、某医院、三甲医院、综合性医院、附近诊所、多家医院均未见异常
建议早到正规的医院,我们公司,最近学校,一家专科医院,好的癫痫医院,大医院,县医院,儿童医院可查
建议必要时到儿童医院就诊
医院感染,医院获得性肺炎,村卫生室,乡镇卫生院,社区卫生服务中心,体检中心,急救中心,检验中心,实验室
在工地干活时摔伤,在公司上班,学校体检,保险公司,物业公司,某公司,上班单位,医疗保险,商业保险
心前区、剑突下区、肺部、消化道、呼吸道、尿道、旁路、通路、回路、子宫附件区、乳晕区、基底节区、胃底部
3病区,心内一病区,门诊2楼,第2组,实验组2号,3号床,VIP病区12床,住院大楼5层,外科大楼3楼
云南白药气雾剂,广西血竭,浙贝母,西藏红花,川芎,长春新碱,大理石样变
日本脑炎,日本血吸虫病,新疆出血热,中东呼吸综合征,香港脚,德国麻疹,西尼罗病毒
2018年中国高血压指南,柏林标准,罗马IV标准,亚特兰大分类,巴黎标准,北京标准,东京指南,杭州标准,米兰标准
每周口服药物,3天水样便,联合肥厚,纱布包头部,可信阳性,日照射,普通化验,集中卫生,成长治疗,巩固原有治疗
心肺复苏区域,区别诊断,市场,市民,镇静,镇痛,乡下,村民,组织,队员,座位,道德
单位:mmol/L 国际单位 单位换算 10万单位
中国,汉族,我市,本县,全国,国内,外地,农村,县城
住院治疗,现住院,入住我科,居家隔离,在家休息,家住三楼,无电梯
住址:不详 籍贯:无 工作单位:退休 现住址:同上 地址:- 单位:无业
患者由门诊步行入院,从楼梯上跌下,在路边摔倒,于田间劳动,去超市,到菜市场
来自右肺上叶,发生于胃窦部,起源于左侧输尿管,位于脐上区
双侧额叶、顶叶、侧脑室旁、半卵圆中心、放射冠区,二尖瓣区、主动脉瓣区,静脉通道,胆道镜取石,人工气道管理
美国心脏协会,欧洲指南,纽约心功能分级,悉尼系统,洛杉矶分级,上海瑞金方案,上海联影,深圳迈瑞
实验组120例,对照组118例,转出后返回病房,大学生,小学文化,农村户口,城镇居民医保
退费银行卡号,文化程度小学,学历大学,香港身份证,台湾居民来往大陆通行证
甲状腺局部,中心静脉,第一中心静脉导管,一中午未进食,结局良好,骨化中心,呼吸中枢
"""


def _cases(block: str) -> list[str]:
    """One case a line; a mark that a line does not close goes on in the next."""
    cases: list[str] = []
    for line in block.strip("\n").split("\n"):
        if cases and cases[-1].count("<") > cases[-1].count(">"):
            cases[-1] += "\n" + line
        else:
            cases.append(line)
    return cases


def _found(text: str) -> list[tuple[str, str]]:
    return [(span.type, text[span.start : span.end]) for span in cover(find_places(fold(text)))]


@pytest.mark.parametrize("marked", [*_cases(ADDRESSES), *_cases(HOSPITALS), *_cases(ORGANISATIONS)])
def test_a_place_is_found_whole_and_nothing_beside_it(marked: str) -> None:
    note = read(marked)
    assert _found(note.text) == [(span.type, note.text[span.start : span.end]) for span in note.spans]


@pytest.mark.parametrize(
    "table",
    [
        "姓名|住址|电话\n甲|<ADDRESS|昆山市玉山镇1号>|无\n乙|<ADDRESS|柳河村>|无\n丙|不详|无",
        "姓名\t现住址\t备注\n甲\t<ADDRESS|安徽省阜阳市颍上县>\t无",
        "| 姓名 | 工作单位 |\n|---|---|\n| 甲 | <ORG|宏达板材> |\n| 乙 | 退休 |",
        "现住址:\n<ADDRESS|昆山市玉山镇1号>\n电话:无",
    ],
)
def test_what_stands_below_a_label_is_what_it_names(table: str) -> None:
    note = read(table)
    assert _found(note.text) == [(span.type, note.text[span.start : span.end]) for span in note.spans]


@pytest.mark.parametrize("text", [part for line in _cases(NOTHING) for part in line.split(",")])
def test_what_only_sounds_like_a_place_stays(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize("line", _cases(NOTHING))
def test_nor_does_it_where_it_stands_in_a_sentence(line: str) -> None:
    assert _found(line.replace(",", "，") + "。") == []


@pytest.mark.parametrize("marked", _cases(HOSPITALS)[:3])
def test_a_note_in_traditional_script_is_read_like_any_other(marked: str) -> None:
    traditional = str.maketrans("医阳转县后诊绵个", "醫陽轉縣後診綿個")
    note = read(marked)
    text = note.text.translate(traditional)
    assert [(kind, value.translate(traditional)) for kind, value in _found(note.text)] == _found(text)
