package console

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/credentials"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/tryout"
)

// copies is a request in forms that people paste elsewhere.
type copies struct {
	Curl  string   `json:"curl"`
	Fetch string   `json:"fetch"`
	Note  []string `json:"note,omitempty"` // what to do before it works, or how it differs from the request
}

// answerCopy answers with copies of a past request. A token of the development issuer is replaced by a new one, which
// the page could have made itself. Other credentials are replaced by variables.
func (c *Console) answerCopy(r *exchange.Request) exchange.Answer {
	var form struct {
		ID string `json:"id"`
	}
	if err := readForm(r, &form); err != nil {
		return problem(http.StatusBadRequest, "", err.Error())
	}
	e, ok := c.ring.find(form.ID)
	if !ok {
		return gone()
	}
	out, err := c.copies(c.current(), e)
	if err != nil {
		return failed(err)
	}
	return answer(http.StatusOK, out)
}

func (c *Console) copies(v *view, e entry) (copies, error) {
	var out copies
	m := credentials.MaskAll(e.Request, e.Answer.Headers, v.sources...)
	key, region, signed := v.signer(e.Request)
	lines := slices.Clone(e.Request.Headers)
	if signed {
		lines = slices.DeleteFunc(lines, isOfSignature)
	}
	var names []string
	variable := func(name string) string {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		return mark + name + mark
	}
	for i, h := range lines {
		lines[i].Value = v.given(h, v.headers(lines[i:i+1], m)[0][1], variable)
	}
	body := showBody(e, m)
	if body.Lost != "" && body.Size > 0 {
		out.Note = append(out.Note, "The body is left out: "+body.Lost+".")
	}
	if strings.Contains(body.Text, credentials.Hidden) {
		out.Note = append(out.Note, "In the body, "+credentials.Hidden+" stands for a credential: write it there.")
	}
	url := "http://" + e.Request.Host + v.address(e.Request, m, variable)
	example := tryout.Of(e.Request.Verb, url, lines, body.Text)
	if signed {
		example.Key, example.Region = &key, region
	}
	out.Curl = shellVariables(example.Curl())
	if signed { // curl signs the request itself
		signature, err := tryout.Sign(e.Request.Verb, url, body.Text, key, region, c.options.Now())
		if err != nil {
			return out, wrong("", "%v", err)
		}
		example.Key = nil
		for _, h := range signature {
			example.Headers = append(example.Headers, h[0]+": "+h[1])
		}
		out.Note = append(out.Note, "The signature of the call of fetch is valid for five minutes; curl signs by itself.")
	}
	out.Fetch = scriptVariables(example.Fetch())
	if len(names) > 0 {
		out.Note = append(
			out.Note,
			strings.Join(names, " and ")+": set it to the credential first, which the console does not show.",
		)
	}
	return out, nil
}

// given returns a header's value for a copy: unchanged, with a new token, or with a variable in place of a credential.
func (v *view) given(h exchange.Header, shown string, variable func(name string) string) string {
	switch {
	case shown == h.Value:
		return h.Value
	case strings.EqualFold(h.Name, "X-API-Key") && slices.ContainsFunc(v.model.APIKeys, hasValue(h.Value)):
		return h.Value // the value is in the template, and the form sends it
	}
	if made, ok := v.renewed(h.Value); ok {
		return made
	}
	name := "TOKEN"
	if !strings.EqualFold(h.Name, "Authorization") {
		name = strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(h.Name))
	}
	return strings.ReplaceAll(shown, credentials.Hidden, variable(name))
}

func hasValue(value string) func(*apimodel.APIKey) bool {
	return func(k *apimodel.APIKey) bool { return k.Value == value }
}

// renewed returns a value whose only credential is a token of the development issuer, with a new token.
func (v *view) renewed(value string) (string, bool) {
	scheme, token, hasScheme := strings.Cut(value, " ")
	if !hasScheme {
		scheme, token = "", value
	} else if !slices.Contains(schemes, scheme) {
		return "", false
	}
	made, ok := v.alike(strings.TrimSpace(token))
	return strings.TrimSpace(scheme + " " + made), ok
}

// address returns the path and the query for a copy.
func (v *view) address(r *exchange.Request, m func(string) string, variable func(name string) string) string {
	replace := func(text string) string { return strings.ReplaceAll(text, credentials.Hidden, variable("PART")) }
	out := m(r.RawPath)
	if out != r.RawPath {
		out = replace(out)
	}
	if r.RawQuery == "" {
		return out
	}
	parts, was := v.parts(r.RawQuery, m), splitQuery(r.RawQuery)
	for i, part := range parts {
		if part == was[i] {
			continue
		}
		name, value, _ := strings.Cut(was[i], "=")
		if made, ok := v.alike(value); ok {
			parts[i] = name + "=" + made
		} else {
			parts[i] = replace(part)
		}
	}
	return out + "?" + strings.Join(parts, "")
}

// mark surrounds the name of a variable until the text is quoted. It is a noncharacter, which no text contains.
// Source: https://www.unicode.org/versions/latest/core-spec/chapter-23/ (section 23.7)
const mark = "\uFFFF"

// shellVariables makes the shell expand marked variables in words that [tryout.Quote] quoted: each ends the quotation
// and begins another, unless that would be empty.
func shellVariables(text string) string {
	parts := strings.Split(text, mark)
	for i := 1; i < len(parts); i += 2 {
		parts[i] = `"$` + parts[i] + `"`
		if before, empty := strings.CutSuffix(parts[i-1], "'"); empty {
			parts[i-1] = before
		} else {
			parts[i-1] += "'"
		}
		if after, empty := strings.CutPrefix(parts[i+1], "'"); empty {
			parts[i+1] = after
		} else {
			parts[i+1] = "'" + parts[i+1]
		}
	}
	return strings.Join(parts, "")
}

// scriptVariables does the same in string literals of JavaScript.
func scriptVariables(text string) string {
	parts := strings.Split(text, mark)
	for i := 1; i < len(parts); i += 2 {
		before, empty := strings.CutSuffix(parts[i-1], `"`)
		if empty && !strings.HasSuffix(before, `\`) {
			parts[i-1] = before
		} else {
			parts[i-1] += `" + `
		}
		if after, empty := strings.CutPrefix(parts[i+1], `"`); empty {
			parts[i+1] = after
		} else {
			parts[i+1] = ` + "` + parts[i+1]
		}
	}
	return strings.Join(parts, "")
}
