package backup

// Withdrawn are the tables of earlier versions that a backup may list.
var Withdrawn = withdrawn
