package cloudassembly

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"strings"
)

// physicalID returns what Ref yields for a resource: a stand-in with the form of the real ID.
func (e *Evaluator) physicalID(w where, id string) (string, error) {
	k := kinds[w.stack.Template.Resources[id].Type]
	if k.ref == "" {
		return e.name(w, id, k)
	}
	return e.expand(w, id, k, k.ref)
}

// attributeOf returns what Fn::GetAtt yields for an attribute of a resource.
func (e *Evaluator) attributeOf(w where, fn, id, attribute string) (any, error) {
	r := w.stack.Template.Resources[id]
	w = w.inResource(id, "")
	if r.Type == NestedStackType {
		if output, ok := strings.CutPrefix(attribute, "Outputs."); ok {
			n := w.stack.nested[id]
			if n.stack == nil {
				return nil, w.fail(fn, n.err, "the nested stack could not be read")
			}
			return e.output(w, fn, n.stack, output)
		}
	}
	k := kinds[r.Type]
	if pattern, ok := k.attributes[attribute]; ok {
		return e.expand(w, id, k, pattern)
	}
	if isCustom(r.Type) {
		return nil, w.fail(fn, nil, "%s is made by the function of a custom resource when the stack is deployed", attribute)
	}
	return nil, w.fail(fn, nil, "%s, of type %s, is known only when the stack is deployed", attribute, r.Type)
}

func isCustom(kind string) bool {
	return strings.HasPrefix(kind, "Custom::") || kind == "AWS::CloudFormation::CustomResource"
}

// name returns a resource's name: the one in its template, or a generated one.
func (e *Evaluator) name(w where, id string, k kind) (string, error) {
	if k.name != "" {
		v, err := e.property(w, id, k.name)
		if err != nil || v != "" {
			return v, err
		}
	}
	return e.generatedName(w.stack, id, k), nil
}

// property returns a property of a resource as a string; "" if it is not set.
func (e *Evaluator) property(w where, id, name string) (string, error) {
	raw, ok := w.stack.Template.Resources[id].Properties[name]
	if !ok {
		return "", nil
	}
	in := w.inResource(id, "Properties."+name)
	v, err := e.value(in, raw)
	if err != nil {
		return "", err
	}
	if v == nil || v == (noValue{}) {
		return "", nil
	}
	t, ok := Text(v)
	if !ok {
		return "", in.fail("Ref", nil, "want a string, got %s", Describe(v))
	}
	return t, e.countWork(in, len(t))
}

// generatedName returns a name like CloudFormation's: the stack, the logical ID, and a random part.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
func (e *Evaluator) generatedName(s *Stack, id string, k kind) string {
	end := "-" + pseudoRandom(s, id, "name", upper, 12)
	name := s.Name + "-" + id
	if k.longest > 0 && len(name)+len(end) > k.longest {
		name = name[:k.longest-len(end)]
	}
	if name += end; k.lower {
		name = strings.ToLower(name)
	}
	return name
}

// The alphabets of generated ids.
const (
	upper = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lower = "0123456789abcdefghijklmnopqrstuvwxyz"
	mixed = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

	hexadecimal = "0123456789abcdef"
)

// pseudoRandom returns a text that looks random and is the same in every run and on every machine. Each combination of
// stack, ID and use has its own text.
func pseudoRandom(s *Stack, id, use, alphabet string, length int) string {
	sum := sha256.Sum256([]byte(s.Path + "\x00" + id + "\x00" + use))
	out := make([]byte, length)
	for i := range out {
		digit := 0 // the remainder of the sum, a number of 32 bytes, divided by the size of the alphabet
		for k, b := range sum {
			digit = digit<<8 + int(b)
			sum[k], digit = byte(digit/len(alphabet)), digit%len(alphabet)
		}
		out[i] = alphabet[digit]
	}
	return string(out)
}

// StandIn returns length letters and digits that look random and are the same in every run, in place of what AWS would
// make for a resource. use names their purpose, since a resource may need several.
func (s *Stack) StandIn(logicalID, use string, length int) string {
	return pseudoRandom(s, logicalID, use, mixed, length)
}

func uuid(s *Stack, id string) string {
	sum := sha256.Sum256([]byte(s.Path + "\x00" + id + "\x00uuid"))
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func (e *Evaluator) stackID(s *Stack) string {
	id := uuid(s, "")
	if s.Parent != nil { // what Ref yields in the parent
		id = uuid(s.Parent, s.LogicalID)
	}
	return fmt.Sprintf("arn:%s:cloudformation:%s:%s:stack/%s/%s", e.Partition(s), e.Region(s), e.Account(s), s.Name, id)
}

// expand fills in a pattern of a [kind].
func (e *Evaluator) expand(w where, id string, k kind, pattern string) (string, error) {
	var out strings.Builder
	for rest := pattern; rest != ""; {
		literal, after, found := strings.Cut(rest, "{")
		out.WriteString(literal)
		if rest = after; !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		t, err := e.placeholder(w, id, k, name)
		if err != nil {
			return "", err
		}
		out.WriteString(t)
		rest = after
	}
	return out.String(), e.countWork(w, out.Len())
}

func (e *Evaluator) placeholder(w where, id string, k kind, name string) (string, error) {
	s := w.stack
	switch name {
	case "partition":
		return e.Partition(s), nil
	case "region":
		return e.Region(s), nil
	case "account":
		return e.Account(s), nil
	case "suffix":
		return e.suffix(s), nil
	case "name":
		return e.name(w, id, k)
	case "ref":
		return e.physicalID(w, id)
	case "uuid":
		return uuid(s, id), nil
	case "id6":
		return pseudoRandom(s, id, "id", lower, 6), nil
	case "id10":
		return pseudoRandom(s, id, "id", lower, 10), nil
	case "root10":
		return pseudoRandom(s, id, "root", lower, 10), nil
	case "id26":
		return pseudoRandom(s, id, "id", lower, 26), nil
	case "id32":
		return pseudoRandom(s, id, "id", lower, 32), nil
	case "hex16":
		return pseudoRandom(s, id, "id", hexadecimal, 16), nil
	case "hex17":
		return pseudoRandom(s, id, "id", hexadecimal, 17), nil
	case "Id9":
		return pseudoRandom(s, id, "id", mixed, 9), nil
	case "Id6":
		return pseudoRandom(s, id, "id", mixed, 6), nil
	case "ID17":
		return pseudoRandom(s, id, "id", upper, 17), nil
	case "path": // the path of an IAM entity
		p, err := e.property(w, id, "Path")
		return cmp.Or(p, "/"), err
	case "function":
		return e.functionARN(w, id)
	case "balancer": // the kind of a load balancer, as its ARN has it
		t, err := e.property(w, id, "Type")
		return cmp.Or(map[string]string{"network": "net", "gateway": "gwy"}[t], "app"), err
	}
	t, err := e.property(w, id, name)
	if err == nil && t == "" {
		return "", w.inResource(id, "Properties").fail("Ref", nil, "%s is missing, which the resource's id is made of", name)
	}
	return t, err
}

// functionARN returns the ARN of the function in a resource's FunctionName, which is a name or an ARN.
func (e *Evaluator) functionARN(w where, id string) (string, error) {
	t, err := e.property(w, id, "FunctionName")
	switch {
	case err != nil || strings.HasPrefix(t, "arn:"):
		return t, err
	case t == "":
		return "", w.inResource(id, "Properties").fail("Ref", nil,
			"FunctionName is missing, which the resource's id is made of")
	}
	return fmt.Sprintf("arn:%s:lambda:%s:%s:function:%s", e.Partition(w.stack), e.Region(w.stack), e.Account(w.stack), t),
		nil
}
