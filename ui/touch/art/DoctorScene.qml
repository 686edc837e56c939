import ui.touch.controls
import ui.touch.theme

// A doctor without a face of anyone in particular.
Scene {
    boxWidth: 240
    boxHeight: 240

    Piece { d: "M4 120A116 116 0 1 0 236 120A116 116 0 1 0 4 120z"; fill: Theme.mist }
    Piece { d: "M30 193C38 156 78 148 120 148S202 156 210 193A116 116 0 0 1 30 193z"; fill: Theme.card }
    Piece { d: "M98 132H142V156L120 182L98 156z"; fill: Theme.skinShade }
    Piece { d: "M98 150L82 158L120 206L158 158L142 150L120 178z"; fill: Theme.sky }
    Piece { d: "M80 92A40 43 0 1 0 160 92A40 43 0 1 0 80 92z"; fill: Theme.skin }
    Piece { d: "M78 96C72 48 96 38 122 38S168 50 162 96C158 74 146 66 128 68C106 70 86 70 78 96z"; fill: Theme.rail }
    Piece { d: "M104 94V98M136 94V98"; line: Theme.ink; thickness: 6 }
    Piece { d: "M106 115C113 122 127 122 134 115"; line: Theme.skinShade; thickness: 5 }
    Piece { d: "M78 160C74 190 92 200 96 214M162 160C166 178 160 188 156 194"; line: Theme.sea; thickness: 6 }
    Piece { d: "M148 204A10 10 0 1 0 168 204A10 10 0 1 0 148 204z"; line: Theme.sea; thickness: 6 }
}
