package dev

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// differences are where this machine differs from AWS.
type differences struct {
	all     []string
	ignored []string // those of all that are about settings without an effect here, which most apps have
}

func differencesOf(g *apigateway.Gateway) differences { return differences{g.Problems(), g.Ignored()} }

// without returns the differences that are not among others.
func (d differences) without(others differences) differences {
	known := func(text string) bool { return slices.Contains(others.all, text) }
	return differences{slices.DeleteFunc(slices.Clone(d.all), known), slices.DeleteFunc(slices.Clone(d.ignored), known)}
}

// lines returns a line for each difference that concerns routes, and one line with the number of the others. Functions
// that were built for Lambda share two lines.
func (d differences) lines() (out []string) {
	var foreign, others []string
	for _, text := range d.all {
		switch {
		case strings.HasSuffix(text, lambdaruntime.NotForHost):
			foreign = append(foreign, text)
		case !slices.Contains(d.ignored, text):
			others = append(others, text)
		}
	}
	if len(foreign) > 1 {
		foreign = []string{foreign[0], "the same is true of " + counted(len(foreign)-1, "other function")}
	}
	for _, text := range append(foreign, others...) {
		out = append(out, "differs from AWS: "+text)
	}
	switch n := len(d.ignored); n {
	case 0:
	case 1:
		out = append(out, "1 stage has settings that are ignored here: the console lists them")
	default:
		out = append(out, fmt.Sprintf("%d stages have settings that are ignored here: the console lists them", n))
	}
	return out
}
