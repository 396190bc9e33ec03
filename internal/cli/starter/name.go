package starter

import (
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/mod/module"
)

// fallback is the app's name if its folder's name has no usable letters.
const fallback = "shop"

// longest limits the length of a name. CloudFormation allows 128 characters for a stack, and the names of a function's
// resources begin with it.
const longest = 40

// Name derives the app's name from the folder that it is written into: lower-case words of ASCII letters and digits,
// joined by hyphens, beginning with a letter. It is valid in a module path and as a stack's name.
func Name(folder string) string {
	words := strings.FieldsFunc(strings.ToLower(filepath.Base(folder)), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	for len(words) > 0 && words[0][0] <= '9' {
		if words[0] = strings.TrimLeft(words[0], "0123456789"); words[0] == "" {
			words = words[1:]
		}
	}
	name := strings.Join(words, "-")
	if len(name) > longest {
		name = strings.TrimRight(name[:longest], "-")
	}
	switch {
	case name == "":
		return fallback
	case major.MatchString(name) || module.CheckPath(domain+name) != nil: // such as v1 or con
		return "app-" + name
	}
	return name
}

// domain begins the module path of an app, until the user chooses another one.
const domain = "example.com/"

// major matches the suffix of a module path that names its major version.
// Source: https://go.dev/ref/mod#major-version-suffixes
var major = regexp.MustCompile(`^v[0-9]+$`)

// stackName returns the name in the form of a stack's: its words, each capitalized. A stack's name consists of letters,
// digits and hyphens, and begins with a letter.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-using-console-create-stack-parameters.html
func stackName(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "-") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
