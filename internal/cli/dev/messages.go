package dev

import (
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// hostBuild is the id of the warning that a function was built for this machine, as this command has it built.
const hostBuild = "gatehouse:hostBuild"

// noteMessages writes notes of what the app's constructs say, as the CDK command line does, each once in a process.
// Errors do not stop the APIs from being served.
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
