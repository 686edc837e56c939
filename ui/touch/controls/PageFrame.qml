import QtQuick
import ui.touch
import ui.touch.theme

// Title, one lead sentence, the page's own content, and the two constant places below:
// back on the left, onward on the right.
Item {
    id: frame

    required property TouchModel touch
    property string title
    property string lead: ""
    property color titleInk: Theme.ink
    property bool canGoBack: touch.can_go_back
    property alias footer: footerRow.data
    property alias middle: middleRow.data
    default property alias content: body.data

    Words {
        id: titleWords
        anchors { left: parent.left; right: parent.right; top: parent.top }
        anchors.margins: Theme.margin
        anchors.topMargin: Theme.mm(7)
        text: frame.title
        color: frame.titleInk
        font.pixelSize: Theme.title
        font.bold: true
        lineHeight: 1.05
        Accessible.role: Accessible.Heading
    }
    Words {
        id: leadWords
        anchors { left: titleWords.left; right: titleWords.right; top: titleWords.bottom }
        anchors.topMargin: frame.lead === "" ? 0 : Theme.mm(1.5)
        height: frame.lead === "" ? 0 : implicitHeight
        text: frame.lead
        color: Theme.soft
        font.pixelSize: Theme.body
    }
    Item {
        id: body
        anchors { left: titleWords.left; right: titleWords.right; top: leadWords.bottom; bottom: bar.top }
        anchors.topMargin: Theme.mm(4.5)
        anchors.bottomMargin: Theme.mm(4.5)
    }
    Item {
        id: bar
        readonly property bool used: back.visible || footerRow.children.length > 0 || middleRow.children.length > 0
        anchors { left: titleWords.left; right: titleWords.right; bottom: parent.bottom }
        anchors.bottomMargin: used ? Theme.mm(6) : Theme.mm(2)
        height: used ? Theme.button : 0

        PushButton {
            id: back
            visible: frame.canGoBack
            text: qsTr("Back")
            symbol: "back"
            kind: "quiet"
            onClicked: frame.touch.back()
        }
        Row {
            id: middleRow
            x: back.visible ? back.width + Theme.gap * 2 : 0
            spacing: Theme.gap * 2
        }
        Row {
            id: footerRow
            anchors.right: parent.right
            spacing: Theme.gap * 2
        }
    }
}
