// Package heedtest drives a real browser through Heed in people's words, and looks
// at every page on the way as an exacting visitor would.
//
//	heedtest.Browser(t, address).As("Amara Nwosu").
//		Open("/raise").Press("Start now").
//		Choose("A patient").Press("Continue").
//		Fill("What are you worried about?", "He has stopped coming to clinic").Press("Continue").
//		See("When and where did it happen?")
//
// Every page that is seen is checked: accessibility by axe-core (WCAG 2.2 AA and
// best practice), no error in the console (which is where a breach of the content
// security policy shows), no request to another host, one h1 that the title begins
// with, nothing wider than the window, nothing that needs a script to work, every
// control reached with the Tab key, in sight, and visibly focused. The page is
// photographed when HEED_SCREENSHOTS names a folder.
//
// Options choose the width of the window (320, 360, 768, 1280) and whether scripts
// run. The browser is Debian's Chromium; it can reach nothing but this machine.
// The tests beside it rehearse stories in which several parts of Heed meet: what no
// single package can show of itself; world, below it, builds the people and places
// that they need. Tests alone import this package: it keeps nothing, and the program does not
// carry it.
package heedtest
