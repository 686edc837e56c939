pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import ui.touch.controls
import ui.touch.theme

PageFrame {
    id: page

    property var view
    // nothing is answered for the patient: -1 not yet, 0 no, 1 yes
    property string giver: ""
    property int act: -1
    property int assistant: -1
    readonly property bool answered: giver !== "" && act >= 0 && assistant >= 0

    title: qsTr("Your agreement")

    component Answer: Pressable {
        id: answer
        property bool chosen: false
        Layout.fillWidth: true
        Layout.fillHeight: true
        Layout.preferredWidth: 10
        Accessible.role: Accessible.RadioButton
        Accessible.checkable: true
        Accessible.checked: chosen
        background: Rectangle {
            radius: Theme.radius
            color: answer.chosen || answer.down ? Theme.mist : Theme.card
            border.color: answer.chosen ? Theme.sea : Theme.edge
            border.width: answer.chosen ? Theme.mm(1) : Theme.mm(0.5)
        }
        contentItem: Item {
            implicitHeight: answerText.implicitHeight
            Rectangle {
                id: ring
                x: Theme.mm(4)
                anchors.verticalCenter: parent.verticalCenter
                width: Theme.mm(7)
                height: width
                radius: width / 2
                color: Theme.card
                border.color: answer.chosen ? Theme.sea : Theme.edge
                border.width: Theme.mm(0.6)
                Rectangle {
                    anchors.centerIn: parent
                    visible: answer.chosen
                    width: parent.width * 0.56
                    height: width
                    radius: width / 2
                    color: Theme.sea
                }
            }
            Text {
                id: answerText
                anchors { left: ring.right; right: parent.right; verticalCenter: parent.verticalCenter }
                anchors.leftMargin: Theme.mm(3)
                anchors.rightMargin: Theme.mm(2)
                text: answer.text
                textFormat: Text.PlainText
                color: Theme.ink
                font.pixelSize: Theme.body
                font.bold: answer.chosen
                wrapMode: Text.WordWrap
            }
        }
    }

    component Question: Card {
        id: question
        property string symbol
        property string words
        property string detail
        default property alias answers: answerRow.data
        property bool below: false
        Layout.fillWidth: true
        Layout.fillHeight: true
        Layout.preferredHeight: below ? 13 : 10
        Icon {
            id: questionSymbol
            x: Theme.mm(5)
            y: question.below ? Theme.mm(4) : (parent.height - height) / 2
            name: question.symbol
            size: Theme.mm(13)
        }
        Column {
            id: questionWords
            anchors.left: questionSymbol.right
            anchors.leftMargin: Theme.mm(5)
            width: question.below ? parent.width - Theme.mm(30) : parent.width * 0.58 - Theme.mm(22)
            y: question.below ? questionSymbol.y + (questionSymbol.height - height) / 2 : (parent.height - height) / 2
            spacing: Theme.mm(1)
            Words {
                width: parent.width
                text: question.words
                font.bold: true
            }
            Words {
                width: parent.width
                visible: text !== ""
                text: question.detail
                color: Theme.soft
                font.pixelSize: Theme.small
            }
        }
        RowLayout {
            id: answerRow
            spacing: Theme.gap
            x: question.below ? Theme.mm(5) : parent.width * 0.58
            width: parent.width - x - Theme.mm(5)
            height: Theme.mm(18)
            y: question.below ? parent.height - height - Theme.mm(4) : (parent.height - height) / 2
        }
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.gap
        Question {
            symbol: "user"
            below: true
            words: page.view.minor ? qsTr("The patient is under 16. Who is agreeing?") : qsTr("Who is agreeing?")
            Answer {
                visible: !page.view.minor
                text: qsTr("The patient")
                chosen: page.giver === "patient"
                onClicked: page.giver = "patient"
            }
            Answer {
                text: qsTr("The child's parent")
                chosen: page.giver === "parent"
                onClicked: page.giver = "parent"
            }
            Answer {
                text: qsTr("The legal guardian")
                chosen: page.giver === "guardian"
                onClicked: page.giver = "guardian"
            }
        }
        Question {
            symbol: "clinic"
            words: qsTr("I agree to be seen by a doctor by video.")
            detail: qsTr("If not, the consultation stops here.")
            Answer {
                text: qsTr("Yes")
                Accessible.name: qsTr("Yes, I agree to be seen by video")
                chosen: page.act === 1
                onClicked: page.act = 1
            }
            Answer {
                text: qsTr("No")
                Accessible.name: qsTr("No, I do not want to be seen by video")
                chosen: page.act === 0
                onClicked: page.act = 0
            }
        }
        Question {
            symbol: "hand"
            words: qsTr("Someone from the pharmacy may help me during the consultation.")
            detail: qsTr("If not, you are cared for just the same.")
            Answer {
                text: qsTr("Yes")
                Accessible.name: qsTr("Yes, someone may help me")
                chosen: page.assistant === 1
                onClicked: page.assistant = 1
            }
            Answer {
                text: qsTr("No")
                Accessible.name: qsTr("No, nobody is to help me")
                chosen: page.assistant === 0
                onClicked: page.assistant = 0
            }
        }
        Words {
            Layout.fillWidth: true
            text: qsTr("Text of this agreement: version %1").arg(page.view.text_version)
            color: Theme.soft
            font.pixelSize: Theme.small
        }
    }
    footer: PushButton {
        kind: page.act === 0 ? "danger" : "main"
        enabled: page.answered
        symbol: page.act === 0 ? "leave" : "next"
        symbolAfter: page.act !== 0
        textSize: Theme.large
        text: page.act === 0 ? qsTr("Refuse and stop here") : qsTr("Confirm my answers")
        onClicked: page.touch.give_consent(page.giver, page.act === 1, page.assistant === 1)
    }
}
