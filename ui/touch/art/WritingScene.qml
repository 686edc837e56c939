import QtQuick
import ui.touch.controls
import ui.touch.theme

// A page being written.
Scene {
    id: scene
    property bool along: false

    boxWidth: 340
    boxHeight: 320

    Timer {
        running: scene.visible
        repeat: true
        interval: 2000
        onTriggered: scene.along = !scene.along
    }
    Piece { d: "M64 20H212L272 80V290C272 298 268 302 260 302H64C56 302 52 298 52 290V32C52 24 56 20 64 20z"; fill: Theme.card }
    Piece { d: "M64 20H212L272 80V290C272 298 268 302 260 302H64C56 302 52 298 52 290V32C52 24 56 20 64 20z"; line: Theme.sea; thickness: 7 }
    Piece { d: "M212 20V68C212 76 216 80 224 80H272z"; fill: Theme.sky }
    Piece { d: "M92 66H114M103 55V77"; line: Theme.clay; thickness: 9 }
    Piece { d: "M92 118H230M92 156H230M92 194H230M92 232H150"; line: Theme.sky; thickness: 10 }
    Item {
        width: 340
        height: 320
        Piece { d: "M160 240L168 210L276 102L302 128L194 236z"; fill: Theme.sun }
        Piece { d: "M160 240L168 210L194 236z"; fill: Theme.skin }
        Piece { d: "M276 102L290 88C298 80 324 106 316 114L302 128z"; fill: Theme.rail }
        Piece { d: "M160 240L164 225L175 236z"; fill: Theme.night }
        Behavior on x { NumberAnimation { duration: 700; easing.type: Easing.InOutSine } }
        x: scene.along ? 26 : 0
    }
}
