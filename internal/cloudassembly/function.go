package cloudassembly

import (
	"strings"
	"time"
)

// Function is a Lambda function.
type Function struct {
	ID
	Name string // such as "Shop-Orders-1A2B3C4D5E6F"
	ARN  string

	Runtime string // such as "provided.al2023" or "nodejs22.x"
	Handler string
	Code    Code

	// Environment holds the variables of the template. Unresolved are those whose value is not known, neither from the
	// template nor from the options, with the reason: each is a problem that blocks.
	Environment map[string]string
	Unresolved  map[string]string

	// Variables are all variables of the template as [Written] shows them, without a value that was resolved or given.
	Variables map[string]string

	Timeout      time.Duration // default 3 s
	MemoryMB     int           // default 128
	Architecture string        // "x86_64", the default, or "arm64"
	Layers       []string      // ARNs; their content is not unpacked
	Role         string        // the ARN of its execution role
	Concurrency  *int          // reserved; nil if it has none, and 0 turns it off
}

// Code is where a function's code is: one of these is set, or none if it is not in the assembly.
type Code struct {
	Folder string // an asset that is a folder, to be zipped when it is deployed
	Zip    string // an asset that is a file
	Inline string // the text of the only file, index.js or index.py
}

// Lambda's defaults.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
const (
	functionTimeout = 3 * time.Second
	functionMemory  = 128
)

func (b *builder) readFunctions() {
	b.each("AWS::Lambda::Function", func(r *reader) {
		f := &Function{
			ID: r.id, Timeout: functionTimeout, MemoryMB: functionMemory,
			Runtime: r.text("Runtime"), Handler: r.text("Handler"), Role: r.notice().text("Role"), Layers: r.texts("Layers"),
			Architecture: "x86_64", Concurrency: r.integer("ReservedConcurrentExecutions"),
		}
		f.Name = r.physicalID()
		f.ARN = r.attribute("Arn")
		if v := r.integer("Timeout"); v != nil {
			f.Timeout = time.Duration(*v) * time.Second
		}
		if v := r.integer("MemorySize"); v != nil {
			f.MemoryMB = *v
		}
		if v := r.texts("Architectures"); len(v) > 0 {
			f.Architecture = v[0]
		}
		r.code(f)
		r.environment(f)
		if len(f.Layers) > 0 {
			r.notice().problem("its %d layers are not unpacked: what they hold is missing in /opt", len(f.Layers))
		}
		if r.has("FileSystemConfigs") {
			r.notice().problem("its file system is not mounted")
		}
		b.model.Functions = append(b.model.Functions, f)
	})
}

// code finds the function's code.
func (r *reader) code(f *Function) {
	code := r.object("Code")
	switch {
	case code.has("ZipFile"):
		f.Code.Inline = code.text("ZipFile")
	case code.has("ImageUri") || r.text("PackageType") == "Image":
		r.problem("it is a container image, which is not run here: give the function a zip package")
	default:
		key, _ := code.values["S3Key"].(string)
		path, err := r.stack.assetOf(r.resource, key)
		switch {
		case err == nil && isFolder(path):
			f.Code.Folder = path
		case err == nil:
			f.Code.Zip = path
		case key == "":
			code.need("S3Key")
		default:
			r.b.problem(Problem{ID: r.id, What: "its code: " + short(err), Blocks: true, Err: err})
		}
	}
}

// environment resolves the variables one by one, so that a missing one does not hide the others. What only a deployment
// knows, or only CloudFormation resolves, can be given in the options.
func (r *reader) environment(f *Function) {
	variables := r.object("Environment").object("Variables")
	f.Environment, f.Variables = map[string]string{}, r.writtenVariables()
	for _, name := range variables.names() {
		given, isGiven := r.b.evaluator.options.Environment[name]
		if bad, ok := variables.values[name].(broken); ok {
			if isGiven {
				f.Environment[name] = given
				continue
			}
			if f.Unresolved == nil {
				f.Unresolved = map[string]string{}
			}
			f.Unresolved[name] = short(bad.err)
			r.b.problem(Problem{ID: r.id, What: short(bad.err) + giveVariable(name), Blocks: r.blocks, Err: bad.err})
			continue
		}
		before := len(r.b.model.Problems)
		v := variables.text(name)
		if len(r.b.model.Problems) > before {
			continue
		}
		if strings.Contains(v, "{{resolve:") {
			if isGiven {
				v = given
			} else {
				r.notice().problem("the variable %s holds %s, which only CloudFormation resolves%s", name, describe(v), giveVariable(name))
			}
		}
		f.Environment[name] = v
	}
}

// writtenVariables are the variables as the template has them. Where an intrinsic function yields all of them, the name is
// "*".
func (r *reader) writtenVariables() map[string]string {
	environment, _ := r.resource.Properties["Environment"].(map[string]any)
	variables, _ := environment["Variables"].(map[string]any)
	for _, all := range []map[string]any{environment, variables} {
		if _, _, ok := intrinsic(all); ok {
			return map[string]string{"*": Written(all)}
		}
	}
	if len(variables) == 0 {
		return nil
	}
	out := make(map[string]string, len(variables))
	for name, v := range variables {
		out[name] = Written(v)
	}
	return out
}

// giveVariable is the way out for a variable that has no value here.
func giveVariable(name string) string {
	return ": give it one with --env " + name + "=VALUE, or in a test with Model.Environment of its options"
}

// FunctionOf finds the function that an ARN, a partial ARN or a name means, with the alias or version that follows it, or "".
// A name that stacks of several stages have is that of the stack nearest to the one whose path is given.
// Source of the three forms: FunctionName in https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
func (m *Model) FunctionOf(arn, stack string) (f *Function, qualifier string) {
	end := "" // of the ARN that is meant, where the name is not enough
	name := arn
	if before, after, ok := strings.Cut(arn, ":function:"); ok {
		name = after
		if strings.HasPrefix(before, "arn:") {
			if parts := strings.Split(before, ":"); len(parts) != 5 || parts[2] != "lambda" {
				return nil, ""
			}
		} else {
			before = ":" + before
		}
		name, qualifier, _ = strings.Cut(name, ":")
		end = before + ":function:" + name
	} else if strings.HasPrefix(arn, "arn:") {
		return nil, ""
	} else {
		name, qualifier, _ = strings.Cut(name, ":")
	}
	best := -1
	for _, candidate := range m.Functions {
		if candidate.ARN == "" || candidate.Name != name || !strings.HasSuffix(candidate.ARN, end) {
			continue
		}
		if n := shared(candidate.Stack, stack); n > best {
			f, best = candidate, n
		}
	}
	if f == nil {
		qualifier = ""
	}
	return f, qualifier
}

// shared counts the leading segments that two paths share.
func shared(x, y string) int {
	a, b := strings.Split(x, "/"), strings.Split(y, "/")
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}
