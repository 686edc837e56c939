import QtQuick
import ui.touch.art
import ui.touch.controls
import ui.touch.theme

PageFrame {
    id: page

    property var view

    title: view.waiting ? qsTr("Your report is being written") : qsTr("The call is over")
    lead: view.waiting ? "" : qsTr("The doctor now writes your report.")

    Row {
        visible: !page.view.waiting
        anchors.centerIn: parent
        spacing: Theme.mm(8)
        ChoiceTile {
            width: Theme.mm(112)
            height: Theme.mm(96)
            symbol: "chair"
            symbolSize: Theme.mm(36)
            textSize: Theme.title
            text: qsTr("I wait here")
            detail: qsTr("The report appears on this screen. You read it, then you go.")
            onClicked: page.touch.wait_here()
        }
        ChoiceTile {
            width: Theme.mm(112)
            height: Theme.mm(96)
            symbol: "leave"
            symbolSize: Theme.mm(36)
            textSize: Theme.title
            text: qsTr("I leave now")
            detail: qsTr("If you leave now, you will not see the report here. Ask the doctor, or the pharmacist, how to get it.")
            onClicked: page.touch.ask_leave()
        }
    }
    WritingScene {
        id: art
        visible: page.view.waiting
        x: Theme.mm(6)
        height: parent.height
        width: parent.width * 0.44
    }
    Column {
        visible: page.view.waiting
        anchors { left: art.right; right: parent.right; verticalCenter: parent.verticalCenter }
        anchors.leftMargin: Theme.mm(8)
        spacing: Theme.mm(5)
        Words {
            width: parent.width
            text: page.view.doctor.name
            font.pixelSize: Theme.title
            font.bold: true
            wrapMode: Text.Wrap
        }
        Words {
            width: parent.width
            text: qsTr("is writing your report. It will appear here by itself.")
            font.pixelSize: Theme.large
        }
        Words {
            width: parent.width
            text: qsTr("You may also leave, but then you will not see the report here. Ask the pharmacist how to get it.")
            color: Theme.soft
        }
    }
}
