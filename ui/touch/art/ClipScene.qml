import QtQuick
import ui.touch.controls
import ui.touch.theme

// A finger and the clip. `inserted` slides it in; `glowing` while it is being read.
Scene {
    id: scene

    property bool inserted: false
    property bool glowing: false
    property bool done: false
    property bool broken: false

    boxWidth: 450
    boxHeight: 300

    // shelf
    Piece { d: "M-400 262H450"; line: Theme.hair; thickness: 10 }

    // hand
    Item {
        id: hand
        width: 460
        height: 300
        x: scene.inserted ? 46 : -64
        Behavior on x { NumberAnimation { duration: 700; easing.type: Easing.OutCubic } }

        SequentialAnimation on x {
            running: !scene.inserted && !scene.broken && scene.visible
            loops: Animation.Infinite
            NumberAnimation { to: 30; duration: 1300; easing.type: Easing.InOutQuad }
            PauseAnimation { duration: 500 }
            NumberAnimation { to: -64; duration: 700; easing.type: Easing.InOutQuad }
            PauseAnimation { duration: 300 }
        }

        Piece { d: "M-420 96H60C80 96 88 104 88 122V236C88 250 78 256 64 256H-420z"; fill: Theme.clay }
        Piece { d: "M40 92C70 88 96 98 112 112H290C316 112 316 156 290 156H190C196 160 196 170 190 176C198 182 198 194 188 200C196 208 192 222 180 224C182 236 176 246 160 248H92C70 248 52 240 40 232z"; fill: Theme.skin }
        Piece { d: "M146 178H188M140 202H186M140 226H178M112 112C124 120 130 132 130 146"; line: Theme.skinShade; thickness: 5 }
        Piece { d: "M278 119C300 117 306 130 304 136H276C270 130 272 120 278 119z"; fill: Theme.nail }
    }

    // clip, lower jaw, then upper jaw over the finger
    Piece { d: "M232 160H398C418 160 430 172 430 190V204C430 222 418 234 398 234H248C240 234 232 228 232 218z"; fill: Theme.sea }
    Piece { d: "M224 82C224 70 232 62 244 62H392C416 62 430 76 430 96V150C430 160 424 166 414 166H396C392 134 372 116 338 112H224z"; fill: Theme.seaDeep }
    Piece { d: "M400 118A18 18 0 1 0 436 118A18 18 0 1 0 400 118z"; fill: Theme.rail }
    Piece { d: "M244 176H388"; line: Theme.seaDeep; thickness: 5 }
    // its little screen
    Piece { d: "M256 72H346C350 72 352 74 352 78V98C352 102 350 104 346 104H256C252 104 250 102 250 98V78C250 74 252 72 256 72z"; fill: Theme.night }
    Piece { visible: !scene.broken; d: "M258 90H272L278 80L286 98L292 86L296 90H344"; line: Theme.sun; thickness: 3.500 }
    Piece { visible: scene.broken; d: "M290 80L312 98M312 80L290 98"; line: Theme.sun; thickness: 4 }
    // cable
    Piece { d: "M430 208C446 210 448 236 436 258"; line: Theme.rail; thickness: 7 }

    // light through the finger
    Piece {
        id: glow
        visible: scene.glowing
        d: "M312 128A26 26 0 1 0 364 128A26 26 0 1 0 312 128z"
        fill: "#e0533f"
        opacity: 0.25
        SequentialAnimation on opacity {
            running: scene.glowing && scene.visible
            loops: Animation.Infinite
            NumberAnimation { to: 0.6; duration: 350 }
            NumberAnimation { to: 0.2; duration: 550 }
        }
    }
    // done
    Piece { visible: scene.done; d: "M356 34A32 32 0 1 0 420 34A32 32 0 1 0 356 34z"; fill: Theme.moss }
    Piece { visible: scene.done; d: "M373 35L384 46L404 23"; line: Theme.white; thickness: 7 }
}
