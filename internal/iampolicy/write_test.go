package iampolicy

import "unicode/utf8"

// AppendJSON writes the document in as few bytes as it takes, always the same for the same document: a list of one is
// written as a string. What [Parse] reads of it is the same document again, save that principals named "*" become one.
func (d Document) AppendJSON(to []byte) []byte {
	to = append(to, `{"Version":`...)
	to = appendString(to, d.Version)
	if d.ID != "" {
		to = appendString(append(to, `,"Id":`...), d.ID)
	}
	to = append(to, `,"Statement":[`...)
	for i, s := range d.Statements {
		if i > 0 {
			to = append(to, ',')
		}
		to = s.appendJSON(to)
	}
	return append(to, `]}`...)
}

func (s Statement) appendJSON(to []byte) []byte {
	to = append(to, '{')
	if s.SID != "" {
		to = append(appendString(append(to, `"Sid":`...), s.SID), ',')
	}
	to = appendString(append(to, `"Effect":`...), string(s.Effect))
	to = appendPrincipal(to, `,"Principal":`, s.Principal)
	to = appendPrincipal(to, `,"NotPrincipal":`, s.NotPrincipal)
	to = appendList(to, `,"Action":`, s.Action)
	to = appendList(to, `,"NotAction":`, s.NotAction)
	to = appendList(to, `,"Resource":`, s.Resource)
	to = appendList(to, `,"NotResource":`, s.NotResource)
	if len(s.Conditions) > 0 {
		to = appendConditions(append(to, `,"Condition":`...), s.Conditions)
	}
	return append(to, '}')
}

func appendPrincipal(to []byte, name string, p *Principal) []byte {
	switch {
	case p == nil:
		return to
	case p.Anyone:
		return append(append(to, name...), `"*"`...)
	}
	to = append(append(to, name...), '{')
	before := len(to)
	to = appendList(to, `"AWS":`, p.AWS)
	if len(p.Service) > 0 && len(to) > before {
		to = append(to, ',')
	}
	to = appendList(to, `"Service":`, p.Service)
	return append(to, '}')
}

// appendConditions writes the conditions of one operator together, because they are members of one object.
func appendConditions(to []byte, all []Condition) []byte {
	to = append(to, '{')
	for i, c := range all {
		if hasOperator(all[:i], c.Operator) {
			continue
		}
		if i > 0 {
			to = append(to, ',')
		}
		to = append(appendString(to, c.Operator), ':', '{')
		first := true
		for _, same := range all[i:] {
			if same.Operator != c.Operator {
				continue
			}
			if !first {
				to = append(to, ',')
			}
			first = false
			to = appendString(to, same.Key)
			to = appendList(to, ":", same.Values)
		}
		to = append(to, '}')
	}
	return append(to, '}')
}

func hasOperator(all []Condition, operator string) bool {
	for _, c := range all {
		if c.Operator == operator {
			return true
		}
	}
	return false
}

func appendList(to []byte, name string, list []string) []byte {
	if len(list) == 0 {
		return to
	}
	to = append(to, name...)
	if len(list) == 1 {
		return appendString(to, list[0])
	}
	for i, s := range list {
		if i == 0 {
			to = append(to, '[')
		} else {
			to = append(to, ',')
		}
		to = appendString(to, s)
	}
	return append(to, ']')
}

// appendString writes a JSON string (RFC 8259, section 7). Bytes that are not UTF-8 become the replacement character.
func appendString(to []byte, s string) []byte {
	const hex = "0123456789abcdef"
	to = append(to, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			to = append(to, '\\', byte(r))
		case r < ' ' || r == 0x7f:
			to = append(to, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			to = utf8.AppendRune(to, r)
		}
	}
	return append(to, '"')
}
