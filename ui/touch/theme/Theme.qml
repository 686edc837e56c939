pragma Singleton
import QtQuick

// Sizes in millimetres of the configured screen, and the colours. Every pair of ink and paper
// listed in `pairs` is at least 4.5:1 (tests/ui/touch/test_theme.py).
QtObject {
    id: theme

    property real pixels_per_mm: 4

    function mm(length: real): real {
        return Math.round(length * pixels_per_mm);
    }

    // text, by height of its letters' box
    readonly property int hero: mm(13)
    readonly property int title: mm(9.4)
    readonly property int large: mm(7.6)
    readonly property int body: mm(6.2)
    readonly property int small: mm(5.5)
    readonly property int figure: mm(18)

    // spaces and targets
    readonly property int target: mm(15.2)
    readonly property int button: mm(19)
    readonly property int gap: mm(3)
    readonly property int space: mm(6)
    readonly property int margin: mm(9)
    readonly property int radius: mm(3.4)
    readonly property int railWidth: mm(56)

    // papers
    readonly property color paper: "#f6f4ef"
    readonly property color card: "#ffffff"
    readonly property color mist: "#e4f0ef"
    readonly property color honey: "#fdeecb"
    readonly property color rose: "#fbe8e4"
    readonly property color leaf: "#e1f1e4"
    readonly property color rail: "#143f4a"
    readonly property color railDeep: "#0e3039"
    readonly property color night: "#0d2026"

    // inks
    readonly property color ink: "#17323b"
    readonly property color soft: "#48616a"
    readonly property color edge: "#71898f"
    readonly property color hair: "#d9dfdc"
    readonly property color sea: "#0d6770"
    readonly property color seaDeep: "#094c53"
    readonly property color alarm: "#a8271e"
    readonly property color alarmDeep: "#811a13"
    readonly property color bark: "#6a4300"
    readonly property color moss: "#1c6440"
    readonly property color white: "#ffffff"
    readonly property color foam: "#b4d3d6"
    readonly property color sun: "#f5b84c"

    // illustration only, never under or for words
    readonly property color skin: "#e9b793"
    readonly property color skinShade: "#cf9470"
    readonly property color nail: "#f6d9c6"
    readonly property color clay: "#d98a5f"
    readonly property color sky: "#bfdfe0"
    readonly property color steel: "#5f7a82"

    readonly property var pairs: [
        [ink, paper], [ink, card], [ink, mist], [ink, honey], [ink, rose], [ink, leaf],
        [soft, paper], [soft, card], [soft, mist],
        [sea, paper], [sea, card], [sea, mist], [white, sea], [white, seaDeep],
        [white, rail], [foam, rail], [white, railDeep], [foam, railDeep], [ink, sun], [railDeep, sun],
        [alarm, card], [alarm, rose], [alarm, paper], [white, alarm], [white, alarmDeep],
        [bark, honey], [bark, card], [moss, leaf], [moss, card],
        [white, night], [foam, night]
    ]
}
