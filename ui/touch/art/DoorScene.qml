import ui.touch.controls
import ui.touch.theme

// The cabin's door, open, and someone at the counter outside.
Scene {
    boxWidth: 480
    boxHeight: 340

    Piece { d: "M10 314H470"; line: Theme.hair; thickness: 8 }
    // doorway
    Piece { d: "M36 314V34H172V314z"; fill: Theme.mist }
    Piece { d: "M36 314V34H172V314"; line: Theme.sea; thickness: 8 }
    // open leaf
    Piece { d: "M172 34L232 62V334L172 314z"; fill: Theme.sky }
    Piece { d: "M172 34L232 62V334L172 314z"; line: Theme.sea; thickness: 6 }
    Piece { d: "M218 196V216"; line: Theme.rail; thickness: 8 }
    // way out
    Piece { d: "M74 196H136M112 168L140 196L112 224"; line: Theme.clay; thickness: 13 }
    // counter
    Piece { d: "M292 226H462V314H292z"; fill: Theme.rail }
    Piece { d: "M280 222H468"; line: Theme.railDeep; thickness: 13 }
    Piece { d: "M370 250H388V264H402V282H388V296H370V282H356V264H370z"; fill: Theme.foam }
    // pharmacist
    Piece { d: "M330 216C332 176 350 164 380 164S428 176 430 216z"; fill: Theme.card }
    Piece { d: "M330 216C332 176 350 164 380 164S428 176 430 216"; line: Theme.edge; thickness: 4 }
    Piece { d: "M366 150H394V170L380 182L366 170z"; fill: Theme.skinShade }
    Piece { d: "M350 124A30 32 0 1 0 410 124A30 32 0 1 0 350 124z"; fill: Theme.skin }
    Piece { d: "M348 130C342 92 362 84 380 84S420 92 412 130C408 112 400 108 386 108C370 110 354 110 348 130z"; fill: Theme.bark }
    Piece { d: "M368 126V129M392 126V129"; line: Theme.ink; thickness: 5 }
    Piece { d: "M370 141C376 146 384 146 390 141"; line: Theme.skinShade; thickness: 4 }
    Piece { d: "M430 208C446 190 448 168 444 148"; line: Theme.card; thickness: 22 }
    Piece { d: "M442 148C440 136 438 128 440 118"; line: Theme.skin; thickness: 17 }
}
