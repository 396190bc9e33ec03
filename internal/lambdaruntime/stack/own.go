package stack

import (
	"debug/buildinfo"
	"path"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
)

// Code says which files are a function's own. The zero value recognizes files by name only.
type Code struct {
	// Dir is the folder in which the function runs.
	Dir string

	// Module is the path of the Go module that the function was built from, and Main the path of its main package; "" if
	// they are not known.
	Module, Main string

	// Source returns the source folder of which Dir is a copy, as the developer knows it, such as "orders-fn"; "" if it is
	// not known. It is called only for files in Dir. If nil, paths of these files are relative to Dir.
	Source func() string

	// Libraries are the last parts of the folders of libraries whose files have no module version in their path.
	Libraries []string
}

// gatehouse is the module of lambdahttp. It is a library even if a replace directive in go.mod uses it from a folder.
// Other modules that are replaced this way are usually the developer's own.
const gatehouse = "github.com/gatehouse-cdk/gatehouse"

// CodeIn returns what is known about the code in a folder. For a Go function it reads the build information in the
// executable, which exists even if the executable was linked without symbols.
func CodeIn(dir string) Code {
	c := Code{Dir: dir}
	info, err := buildinfo.ReadFile(filepath.Join(dir, "bootstrap"))
	if err == nil {
		c.Module, c.Main, c.Libraries = info.Main.Path, info.Path, librariesOf(info.Deps)
	}
	return c
}

// librariesOf returns the folder of lambdahttp if Gatehouse is replaced by a folder. Only the last name of the folder
// is certain: go.mod may have a relative path, and aws-lambda-go keeps only some of the last names of a path.
// Source: formatFrame of https://github.com/aws/aws-lambda-go/blob/main/lambda/panics.go
func librariesOf(modules []*debug.Module) (folders []string) {
	for _, m := range modules {
		if m.Path != gatehouse || m.Replace == nil || m.Replace.Version != "" && m.Replace.Version != "(devel)" {
			continue
		}
		for _, folder := range []string{m.Path, filepath.ToSlash(m.Replace.Path)} { // with -trimpath and without
			name := path.Base(folder)
			if strings.Trim(name, "./") == "" { // ".." has another name in a stack
				name = ""
			}
			folders = append(folders, path.Join(name, "lambdahttp"))
		}
	}
	return folders
}

// mostFrames limits a shortened stack: the first frames show what led to a failure.
const mostFrames = 12

// Trim returns the frames of a stack that are the function's own, each with the file as the developer knows it. For a
// stack without an own frame it returns the first frames outside of the runtime.
func (c Code) Trim(frames []Frame) []Frame {
	for i, f := range slices.Backward(frames) {
		if strings.HasSuffix(f.File, "runtime/panic.go") {
			frames = frames[i+1:] // the frames before have recovered the panic
			break
		}
	}
	out := make([]Frame, 0, len(frames))
	for _, f := range frames {
		out = append(out, c.own(f))
	}
	unwanted := func(f Frame) bool { return isRuntime(f.File) }
	if slices.ContainsFunc(out, func(f Frame) bool { return f.Own }) {
		unwanted = func(f Frame) bool { return !f.Own }
	}
	out = slices.DeleteFunc(out, unwanted)
	return out[:min(len(out), mostFrames)]
}

// own decides whether a frame belongs to the function's own code, and shortens its file.
func (c Code) own(f Frame) Frame {
	file := filepath.ToSlash(f.File)
	if rest, ok := c.within(file); ok {
		f.File, f.Own = c.inSource(rest), !strings.Contains("/"+rest, "/node_modules/") && !isPackage(rest)
		return f
	}
	f.File, f.Own = file, !isLibrary(file) && !slices.ContainsFunc(c.Libraries, func(folder string) bool {
		return strings.Contains("/"+file, "/"+folder+"/")
	})
	if c.Module == "" || !strings.HasSuffix(file, ".go") {
		return f
	}
	if rest, ok := strings.CutPrefix(file, c.Module+"/"); ok {
		f.File, f.Own = rest, true
		return f
	}
	// aws-lambda-go keeps only the last part of the main package's folder.
	if path.Dir(file) == path.Base(c.Main) && (c.Main == c.Module || strings.HasPrefix(c.Main, c.Module+"/")) {
		folder := strings.TrimPrefix(strings.TrimPrefix(c.Main, c.Module), "/")
		f.File, f.Own = path.Join(folder, path.Base(file)), true
	}
	return f
}

// has reports whether the file of a frame is in the folder in which the function runs.
func (c Code) has(f Frame) bool {
	_, ok := c.within(filepath.ToSlash(f.File))
	return ok
}

// within returns a file's path relative to the folder in which the function runs. Node.js may resolve symbolic links in
// the folder's path.
func (c Code) within(file string) (rest string, ok bool) {
	for _, dir := range c.folders() {
		if rest, ok = strings.CutPrefix(file, dir+"/"); ok {
			return rest, true
		}
	}
	return "", false
}

// folders returns the paths of the folder in which the function runs, with slashes; none if it is not known.
func (c Code) folders() []string {
	if c.Dir == "" {
		return nil
	}
	dirs := []string{strings.TrimSuffix(filepath.ToSlash(c.Dir), "/")}
	if real, err := filepath.EvalSymlinks(c.Dir); err == nil && real != c.Dir {
		dirs = append(dirs, filepath.ToSlash(real))
	}
	return dirs
}

// inSource returns a file of that folder as the developer knows it.
func (c Code) inSource(rest string) string {
	if c.Source == nil {
		return rest
	}
	return path.Join(c.Source(), rest)
}

// pathInText matches the part of a path that the message of an error contains.
var pathInText = regexp.MustCompile("(?:file://)?/[^\\s'\"`:,;()]+")

// Message replaces the paths of the function's files in an error message by those that the developer knows. Node.js
// writes where files are, such as "Cannot find module './price' ... Require stack: - /tmp/cdk.out/asset.1/index.js".
func (c Code) Message(text string) string {
	return pathInText.ReplaceAllStringFunc(text, func(file string) string {
		if rest, ok := c.within(strings.TrimPrefix(file, "file://")); ok {
			return c.inSource(rest)
		}
		return file
	})
}

// isLibrary reports, by the file's name only, whether it belongs to a library or the runtime.
func isLibrary(file string) bool {
	return isRuntime(file) ||
		strings.Contains(file, "@v") || // a module of the module cache
		strings.Contains(file, "/node_modules/") ||
		strings.Contains(file, "github.com/aws/aws-lambda-go/") || // in a vendor folder
		isPackage(file)
}

// isPackage reports whether a file belongs to an installed Python package.
func isPackage(file string) bool {
	return strings.Contains(file, "/site-packages/") || strings.Contains(file, "/dist-packages/") ||
		strings.Contains(file, "/awslambdaric/")
}

// isRuntime reports whether a file belongs to the language's own runtime or standard library: Go's, whose paths have no
// dot in their first part under -trimpath, Node.js's or Python's.
func isRuntime(file string) bool {
	if strings.HasPrefix(file, "node:") || strings.HasPrefix(file, "<") || strings.Contains(file, "/lib/python3") {
		return !isPackage(file)
	}
	if strings.Contains(file, "[eval]") { // the local runtime of Node.js functions
		return true
	}
	if !strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, ".s") {
		return false
	}
	if _, rest, ok := strings.Cut(file, "/go/src/"); ok { // GOROOT of a build without -trimpath
		file = rest
	}
	first, _, isFolder := strings.Cut(file, "/")
	return isFolder && slices.Contains(standard, first)
}

// standard are the first parts of the paths of the standard library, in all releases since Go 1.26.
var standard = strings.Fields(`archive bufio bytes cmp compress container context crypto database debug embed encoding
	errors expvar flag fmt go hash html image index internal io iter log maps math mime net os path plugin reflect
	regexp runtime slices sort strconv strings structs sync syscall testing text time unicode unique unsafe
	uuid vendor weak`)
