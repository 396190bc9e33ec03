package dev

import (
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// hostBuild is the ID of the warning that a function was built for this machine, which this command requests.
const hostBuild = "gatehouse:hostBuild"

// noteMessages writes notes with the messages of the app's constructs, like the CDK command line, each once in a
// process. Errors do not keep the APIs from being served.
func (s *source) noteMessages() {
	messages, err := cloudassembly.ReadMessages(s.assembly)
	if err != nil {
		s.process.Note("dev", "the warnings of the app cannot be read: %v", err)
		return
	}
	for _, m := range messages {
		if m.ID == hostBuild || s.said[m] {
			continue
		}
		if s.said == nil {
			s.said = map[cloudassembly.Message]bool{}
		}
		s.said[m] = true
		text := m.Level + " at " + m.Path + ": " + m.Text
		switch {
		case m.Level == "error":
			text += ": \"cdk synth\" and \"cdk deploy\" fail until this is fixed"
		case m.ID != "":
			text += " [ack: " + m.ID + "]"
		}
		s.process.Note("dev", "%s", text)
	}
}
