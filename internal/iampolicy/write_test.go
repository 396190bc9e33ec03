package iampolicy

import "unicode/utf8"

// AppendJSON writes the document in as few bytes as it takes, always the same for the same document: a list of one is
// written as a string. What [Parse] reads of it is the same document again, save that principals named "*" become one.
func (d Document) AppendJSON(out []byte) []byte {
	out = append(out, `{"Version":`...)
	out = appendString(out, d.Version)
	if d.ID != "" {
		out = appendString(append(out, `,"Id":`...), d.ID)
	}
	out = append(out, `,"Statement":[`...)
	for i, s := range d.Statements {
		if i > 0 {
			out = append(out, ',')
		}
		out = s.appendJSON(out)
	}
	return append(out, `]}`...)
}

func (s Statement) appendJSON(out []byte) []byte {
	out = append(out, '{')
	if s.SID != "" {
		out = append(appendString(append(out, `"Sid":`...), s.SID), ',')
	}
	out = appendString(append(out, `"Effect":`...), string(s.Effect))
	out = appendPrincipal(out, `,"Principal":`, s.Principal)
	out = appendPrincipal(out, `,"NotPrincipal":`, s.NotPrincipal)
	out = appendList(out, `,"Action":`, s.Action)
	out = appendList(out, `,"NotAction":`, s.NotAction)
	out = appendList(out, `,"Resource":`, s.Resource)
	out = appendList(out, `,"NotResource":`, s.NotResource)
	if len(s.Conditions) > 0 {
		out = appendConditions(append(out, `,"Condition":`...), s.Conditions)
	}
	return append(out, '}')
}

func appendPrincipal(out []byte, name string, p *Principal) []byte {
	switch {
	case p == nil:
		return out
	case p.Anyone:
		return append(append(out, name...), `"*"`...)
	}
	out = append(append(out, name...), '{')
	before := len(out)
	out = appendList(out, `"AWS":`, p.AWS)
	if len(p.Service) > 0 && len(out) > before {
		out = append(out, ',')
	}
	out = appendList(out, `"Service":`, p.Service)
	return append(out, '}')
}

// appendConditions writes the conditions of one operator together, because they are members of one object.
func appendConditions(out []byte, all []Condition) []byte {
	out = append(out, '{')
	for i, c := range all {
		if hasOperator(all[:i], c.Operator) {
			continue
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(appendString(out, c.Operator), ':', '{')
		first := true
		for _, same := range all[i:] {
			if same.Operator != c.Operator {
				continue
			}
			if !first {
				out = append(out, ',')
			}
			first = false
			out = appendString(out, same.Key)
			out = appendList(out, ":", same.Values)
		}
		out = append(out, '}')
	}
	return append(out, '}')
}

func hasOperator(all []Condition, operator string) bool {
	for _, c := range all {
		if c.Operator == operator {
			return true
		}
	}
	return false
}

func appendList(out []byte, name string, list []string) []byte {
	if len(list) == 0 {
		return out
	}
	out = append(out, name...)
	if len(list) == 1 {
		return appendString(out, list[0])
	}
	for i, s := range list {
		if i == 0 {
			out = append(out, '[')
		} else {
			out = append(out, ',')
		}
		out = appendString(out, s)
	}
	return append(out, ']')
}

// appendString writes a JSON string (RFC 8259, section 7). Bytes that are not UTF-8 become the replacement character.
func appendString(out []byte, s string) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r < ' ' || r == 0x7f:
			out = append(out, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return append(out, '"')
}
