//go:build !race

package snapshot

const underRace = false
