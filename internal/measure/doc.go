// Package measure is the root of Heed's statistics: charts over time, comparisons
// between organisations, intervals, agreement between reviewers and disclosure
// control. Everything below it takes plain numbers and returns plain values.
//
// What it keeps true: no input or output, no clock, no chance, no state; the same
// numbers give the same answer on every machine. A measure is of an organisation's
// process, never of a person. Nothing here is trusted with personal data: the
// packages see counts, and only disclose and attack see counts small enough to
// point at somebody.
//
//	quantile  the two quantile functions and the sample quantile
//	xmr       XmR ("Making Data Count") charts
//	funnel    funnel plots and Fingertips significance
//	interval  Wilson, exact and Byar intervals
//	kappa     Cohen's and Fleiss' kappa
//	attack    what an outsider can work out from published tables
//	disclose  the HES rule and secondary suppression
//	chart     accessible SVG, with the finding in words and the table beside it
//	result    how answers are written down, field by field
//	sheet     CSV and OpenDocument spreadsheets
package measure
