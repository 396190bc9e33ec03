package iampolicy

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Parse reads a policy document. Every list may also be a single string. The error is [ErrDocument], with the place and
// the reason: a member that is unknown or occurs twice, an element that is missing or stands beside its opposite, a
// condition that could not be evaluated, or a policy variable. It ignores nothing, because a document that is not fully
// understood must allow nothing.
func Parse(text string) (Document, error) {
	doc, err := reader{}.document(text)
	if err == nil {
		err = doc.check()
	}
	if err != nil {
		return Document{}, fmt.Errorf("%w: %w", ErrDocument, err)
	}
	return doc, nil
}

// reader reads the parts of a document without regard to their meaning.
type reader struct {
	template bool // intrinsic functions are allowed: see [ParseTemplate]
}

func (r reader) document(text string) (Document, error) {
	root, err := strictjson.Parse(text)
	if err != nil {
		return Document{}, err
	}
	doc := Document{Version: "2008-10-17"}
	if r.template && isIntrinsic(root) {
		return doc, nil
	}
	statements := strictjson.Value{}
	err = root.EachMember(func(name string, v strictjson.Value) (err error) {
		switch name {
		case "Version":
			doc.Version, err = readText(v)
		case "Id":
			doc.ID, err = r.text(v)
		case "Statement":
			statements = v
		default:
			err = errMember
		}
		return err
	})
	if err != nil {
		return Document{}, err
	}
	err = eachOf(statements, func(v strictjson.Value) error {
		s, err := r.statement(v)
		if err == nil && !r.template {
			err = s.check()
		}
		if err != nil {
			return fmt.Errorf("statement %d: %w", len(doc.Statements)+1, err)
		}
		doc.Statements = append(doc.Statements, s)
		return nil
	})
	return doc, err
}

// check returns what makes a document meaningless, so that evaluating it would be a guess.
func (d Document) check() error {
	if d.Version != Version && d.Version != "2008-10-17" {
		return fmt.Errorf("version %q: want %q or %q", d.Version, Version, "2008-10-17")
	}
	if len(d.Statements) == 0 {
		return errors.New("want at least one statement")
	}
	return nil
}

var errMember = errors.New("not known here")

func (r reader) statement(v strictjson.Value) (s Statement, err error) {
	if r.template && isIntrinsic(v) {
		return s, nil
	}
	err = v.EachMember(func(name string, v strictjson.Value) (err error) {
		switch name {
		case "Sid":
			s.SID, err = r.text(v)
		case "Effect":
			var effect string
			effect, err = readText(v)
			s.Effect = Effect(effect)
		case "Action":
			s.Action, err = r.texts(v)
		case "NotAction":
			s.NotAction, err = r.texts(v)
		case "Resource":
			s.Resource, err = r.texts(v)
		case "NotResource":
			s.NotResource, err = r.texts(v)
		case "Principal":
			s.Principal, err = r.principal(v)
		case "NotPrincipal":
			s.NotPrincipal, err = r.principal(v)
		case "Condition":
			s.Conditions, err = r.conditions(v)
		default:
			err = errMember
		}
		return err
	})
	return s, err
}

// check returns what makes a statement meaningless, so that evaluating it would be a guess.
func (s Statement) check() error {
	switch {
	case s.Effect != Allow && s.Effect != Deny:
		return fmt.Errorf("effect %q: want Allow or Deny", s.Effect)
	case (s.Action == nil) == (s.NotAction == nil):
		return fmt.Errorf("want either Action or NotAction")
	case (s.Resource == nil) == (s.NotResource == nil):
		return fmt.Errorf("want either Resource or NotResource")
	case s.Principal != nil && s.NotPrincipal != nil:
		return fmt.Errorf("want either Principal or NotPrincipal")
	case s.NotPrincipal != nil && s.Effect != Deny:
		return fmt.Errorf("NotPrincipal stands with Deny only: an Allow would admit all other callers, anonymous ones too")
	}
	for _, list := range [][]string{s.Action, s.NotAction} {
		for _, a := range list {
			if _, _, ok := strings.Cut(a, ":"); !ok && a != "*" || hasVariable(a) {
				return fmt.Errorf("action %q: want service:action, like %q, or *", a, InvokeAction)
			}
		}
	}
	for _, list := range [][]string{s.Resource, s.NotResource} {
		for _, r := range list {
			if hasVariable(r) {
				return fmt.Errorf("resource %q: policy variables are not supported", r)
			}
			if r != "*" && !strings.HasPrefix(r, "arn:") && !strings.HasPrefix(r, shortForm) {
				return fmt.Errorf("resource %q: want an ARN, *, or execute-api:/ and what follows the API's id", r)
			}
		}
	}
	return nil
}

func (r reader) principal(v strictjson.Value) (*Principal, error) {
	p := &Principal{}
	if r.template && isIntrinsic(v) {
		p.AWS = []string{Unknown}
		return p, nil
	}
	if v.Kind() == strictjson.String {
		if p.Anyone = v.Is("*"); !p.Anyone {
			return nil, fmt.Errorf("want %q or an object", "*")
		}
		return p, nil
	}
	err := v.EachMember(func(name string, v strictjson.Value) (err error) {
		switch name {
		case "AWS":
			p.AWS, err = r.texts(v)
		case "Service":
			p.Service, err = r.texts(v)
		case "Federated", "CanonicalUser": // no request to an API comes from these
			if err = errMember; r.template {
				_, err = r.texts(v)
			}
		default:
			err = errMember
		}
		return err
	})
	for i := 0; err == nil && i < len(p.AWS); i++ {
		switch {
		case p.AWS[i] == "*":
			p.Anyone = true
		case r.template:
		case !isAccount(p.AWS[i]) && fifthColon(p.AWS[i]) < 0:
			err = fmt.Errorf("principal %q: want an account's twelve digits, an ARN or *", p.AWS[i])
		case strings.ContainsAny(p.AWS[i], "*?$"):
			err = fmt.Errorf("principal %q: a wildcard stands alone or not at all", p.AWS[i])
		}
	}
	if err == nil && !r.template && !p.Anyone && len(p.AWS)+len(p.Service) == 0 {
		err = fmt.Errorf("it names no principal")
	}
	return p, err
}

func (r reader) conditions(v strictjson.Value) (all []Condition, err error) {
	err = v.EachMember(func(operator string, keys strictjson.Value) error {
		return keys.EachMember(func(key string, v strictjson.Value) error {
			c := Condition{Operator: operator, Key: key}
			err := eachOf(v, func(e strictjson.Value) error {
				text := e.Raw()
				if s, ok := e.Text(); ok {
					text = s
				} else if r.template && e.Kind() == strictjson.Object {
					text = Unknown
				} else if k := e.Kind(); k != strictjson.True && k != strictjson.False && k != strictjson.Number {
					return fmt.Errorf("want strings, numbers or booleans, got %v", k)
				}
				c.Values = append(c.Values, text)
				return nil
			})
			if err == nil && !r.template {
				err = c.check()
			}
			all = append(all, c)
			return err
		})
	})
	return all, err
}

// eachOf reads each element of an array. Any other value counts as an array of one element.
func eachOf(v strictjson.Value, read func(strictjson.Value) error) error {
	if v.Exists() && v.Kind() != strictjson.Array {
		return read(v)
	}
	for e := range v.Elements() {
		if err := read(e); err != nil {
			return err
		}
	}
	return nil
}

func readText(v strictjson.Value) (string, error) {
	s, ok := v.Text()
	if !ok {
		return "", fmt.Errorf("want a string, got %v", v.Kind())
	}
	return s, nil
}

// texts reads a string or a list of strings.
func (r reader) texts(v strictjson.Value) (list []string, err error) {
	err = eachOf(v, func(e strictjson.Value) error {
		s, err := r.text(e)
		list = append(list, s)
		return err
	})
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("want at least one string")
	}
	return list, err
}

// text reads a string or, in a template, what stands for one.
func (r reader) text(v strictjson.Value) (string, error) {
	if !r.template || v.Kind() != strictjson.Object {
		return readText(v)
	}
	if pattern, ok := joinedARN(v); ok {
		return pattern, nil
	}
	return Unknown, nil
}
