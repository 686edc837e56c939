pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Templates as T
import ui.touch.theme

// A label, the field, and what is wrong with it. The text lives here until it is submitted.
Item {
    id: entry

    property alias text: field.text
    property alias maximumLength: field.maximumLength
    property alias validator: field.validator
    property alias hints: field.inputMethodHints
    property alias field: field
    property string label
    property string hint: ""
    property string problem: ""
    property bool centred: false
    property bool big: false
    property bool keepsProblemRoom: true

    signal accepted

    implicitWidth: Theme.mm(60)
    implicitHeight: field.y + field.height + (keepsProblemRoom || problem !== "" ? Theme.mm(1) + problemRow.height : 0)

    function take() {
        field.forceActiveFocus();
    }

    Words {
        id: labelWords
        width: parent.width
        text: entry.label
        font.pixelSize: Theme.body
        font.bold: true
        horizontalAlignment: entry.centred ? Text.AlignHCenter : Text.AlignLeft
    }
    T.TextField {
        id: field
        y: labelWords.height + Theme.mm(1)
        width: parent.width
        height: Theme.mm(entry.big ? 24 : 17)
        leftPadding: Theme.mm(entry.centred ? 1 : 4)
        rightPadding: Theme.mm(entry.centred ? 1 : 4)
        topPadding: 0
        bottomPadding: 0
        verticalAlignment: TextInput.AlignVCenter
        horizontalAlignment: entry.centred ? TextInput.AlignHCenter : TextInput.AlignLeft
        font.pixelSize: entry.big ? Theme.hero : Theme.large
        color: Theme.ink
        selectionColor: Theme.sea
        selectedTextColor: Theme.white
        selectByMouse: false
        inputMethodHints: Qt.ImhNoPredictiveText | Qt.ImhSensitiveData
        onAccepted: entry.accepted()

        Accessible.name: entry.label
        Accessible.description: entry.problem

        cursorDelegate: Rectangle {
            width: Theme.mm(0.7)
            color: Theme.sea
            visible: field.activeFocus
        }
        background: Rectangle {
            radius: Theme.radius * 0.7
            color: Theme.card
            border.width: field.activeFocus ? Theme.mm(0.9) : Theme.mm(0.5)
            border.color: entry.problem !== "" ? Theme.alarm : field.activeFocus ? Theme.sea : Theme.edge
        }
        Words {
            anchors.fill: parent
            anchors.leftMargin: Theme.mm(entry.centred ? 1 : 6)
            anchors.rightMargin: Theme.mm(entry.centred ? 1 : 4)
            visible: field.text === "" && entry.hint !== "" && !(entry.centred && field.activeFocus)
            text: entry.hint
            color: Theme.soft
            font.pixelSize: entry.big ? Theme.title : Theme.body
            verticalAlignment: Text.AlignVCenter
            horizontalAlignment: entry.centred ? Text.AlignHCenter : Text.AlignLeft
            wrapMode: Text.NoWrap
        }
    }
    Row {
        id: problemRow
        y: field.y + field.height + Theme.mm(1)
        width: parent.width
        height: Math.max(Theme.mm(7.5), problemWords.height)
        spacing: Theme.mm(2)
        Icon {
            visible: entry.problem !== ""
            name: "alert"
            size: Theme.mm(7)
            ink: Theme.alarm
            tint: Theme.rose
        }
        Words {
            id: problemWords
            width: parent.width - Theme.mm(9)
            text: entry.problem
            color: Theme.alarm
            font.pixelSize: Theme.small
            font.bold: true
        }
    }
}
