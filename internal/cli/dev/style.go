package dev

import (
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
)

// style adapts lines to a terminal. The zero value leaves texts unchanged.
type style struct {
	terminal bool // lines are wrapped to the width of a terminal
	colours  bool
}

// styleOf returns the style for standard output: colours on a terminal, unless NO_COLOR or TERM=dumb is set. Pipes and
// files get plain text.
// Source: https://no-color.org
func styleOf(p *command.Process) style {
	if !isTerminal(p.Stdout) || p.Environ == nil {
		return style{}
	}
	return style{terminal: true, colours: coloured(p.Environ(), runtime.GOOS)}
}

// coloured reports whether a terminal in this environment shows colours and its user wants them. On Windows, only the
// new terminal shows them.
func coloured(environ []string, goos string) bool {
	set := map[string]string{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		set[name] = value
	}
	return set["NO_COLOR"] == "" && set["TERM"] != "dumb" && (goos != "windows" || set["WT_SESSION"] != "")
}

// isTerminal reports whether a writer writes to a terminal.
func isTerminal(w io.Writer) bool {
	if u, ok := w.(*unreadWriter); ok {
		w = u.to
	}
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// The parameters of "select graphic rendition" of ECMA-48, section 8.3.117.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

func (s style) paint(how, text string) string {
	if !s.colours {
		return text
	}
	return "\x1b[" + how + "m" + text + "\x1b[0m"
}

func (s style) bold(text string) string   { return s.paint(bold, text) }
func (s style) dim(text string) string    { return s.paint(dim, text) }
func (s style) yellow(text string) string { return s.paint(yellow, text) }

// status returns the status of an answer in the colour of its class.
func (s style) status(status int, text string) string {
	switch {
	case status >= 500:
		return s.paint(red, text)
	case status >= 400:
		return s.paint(yellow, text)
	case status >= 300:
		return s.paint(cyan, text)
	}
	return s.paint(green, text)
}

// verdict returns what a browser does, in red if it blocks.
func (s style) verdict(v *verdict, text string) string {
	if v.Readable {
		return s.dim(text)
	}
	return s.paint(red, text)
}

// lineStart moves to the start of a terminal's line.
func (s style) lineStart() string {
	if !s.terminal {
		return ""
	}
	return "\r"
}
