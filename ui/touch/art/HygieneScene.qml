import ui.touch.controls
import ui.touch.theme

// A gloved hand wiping a surface, and the spray.
Scene {
    boxWidth: 440
    boxHeight: 330

    Piece { d: "M10 300H430"; line: Theme.hair; thickness: 10 }
    // spray bottle
    Piece { d: "M52 150H124C134 150 138 158 138 168V288C138 296 132 300 126 300H50C44 300 38 296 38 288V168C38 158 42 150 52 150z"; fill: Theme.sky }
    Piece { d: "M38 204H138V262H38z"; fill: Theme.card }
    Piece { d: "M82 216H94V227H105V239H94V250H82V239H71V227H82z"; fill: Theme.sea }
    Piece { d: "M74 150V118H102V150z"; fill: Theme.rail }
    Piece { d: "M66 118V86C66 78 70 74 78 74H146L160 90L146 100H112L116 118z"; fill: Theme.sea }
    Piece { d: "M118 102C120 116 116 124 108 128"; line: Theme.seaDeep; thickness: 7 }
    Piece { d: "M182 86H183M204 72H205M204 98H205M228 60H229M228 86H229M228 112H229"; line: Theme.sea; thickness: 9 }
    // cloth and hand
    Piece { d: "M196 288C190 268 206 252 226 254C262 240 310 240 344 256C368 256 376 276 370 290C364 302 200 302 196 288z"; fill: Theme.sun }
    Piece { d: "M222 272C250 260 300 258 336 272"; line: Theme.card; thickness: 5 }
    Piece { d: "M430 132L342 196C330 204 318 206 304 206L246 214C226 218 222 240 240 246L300 252C336 254 356 246 374 232L440 190z"; fill: Theme.foam }
    Piece { d: "M246 232L296 230M256 218L240 226M352 190L378 228"; line: Theme.steel; thickness: 5 }
    Piece { d: "M404 150L440 122V196L424 202z"; fill: Theme.clay }
    // clean sparkle
    Piece { d: "M330 96C334 118 340 124 362 128C340 132 334 138 330 160C326 138 320 132 298 128C320 124 326 118 330 96z"; fill: Theme.sea }
    Piece { d: "M392 58C394 70 398 74 410 76C398 78 394 82 392 94C390 82 386 78 374 76C386 74 390 70 392 58z"; fill: Theme.sea }
}
