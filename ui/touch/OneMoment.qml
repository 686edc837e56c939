import QtQuick
import ui.touch.art
import ui.touch.controls
import ui.touch.theme

// While there is no consultation: nothing of anyone, in both languages (nobody's is known).
Rectangle {
    id: page

    color: Theme.paper

    Column {
        anchors.centerIn: parent
        width: parent.width * 0.8
        spacing: Theme.mm(7)

        BoothScene {
            anchors.horizontalCenter: parent.horizontalCenter
            width: Theme.mm(78)
            height: Theme.mm(70)
        }
        Words {
            width: parent.width
            text: "Un instant, s’il vous plaît"
            font.pixelSize: Theme.hero
            font.bold: true
            horizontalAlignment: Text.AlignHCenter
        }
        Words {
            width: parent.width
            text: "La cabine se prépare. Si cela dure, ouvrez la porte et appelez le pharmacien."
            horizontalAlignment: Text.AlignHCenter
            font.pixelSize: Theme.large
        }
        Words {
            width: parent.width
            text: "One moment please. If this lasts, open the door and call the pharmacist."
            color: Theme.soft
            horizontalAlignment: Text.AlignHCenter
            font.pixelSize: Theme.body
        }
    }
}
