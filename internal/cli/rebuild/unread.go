package rebuild

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// documents are the extensions of files that people read, and legal are names of such files without an extension.
var (
	documents = []string{".md", ".markdown", ".adoc", ".rst"}
	legal     = []string{"LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS", "CONTRIBUTORS", "PATENTS", "CODEOWNERS"}
)

// written are the extensions of sources and configuration files of apps. Such a file may name another one that the app
// reads.
var written = []string{
	".go", ".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".py", ".java", ".kt", ".cs", ".sh", ".json", ".yaml", ".yml",
	".toml", ".mk", "",
}

// mostWritten is the size limit, in bytes, of files whose content is searched: people write smaller ones.
const mostWritten = 1 << 20

// Unread reports whether a changed file below root is documentation that neither the build nor the app reads: no
// program embeds it, no asset of the assembly has a file with its name, and no source mentions its name or extension.
// It may report false for a file that is not read; the app then runs without need. f may be nil, if it is not known
// what is embedded.
func (f *Functions) Unread(root, assembly, file string) bool {
	name, ext := path.Base(file), strings.ToLower(path.Ext(file))
	switch {
	case !slices.Contains(documents, ext) && !slices.Contains(legal, name):
		return false
	case f != nil && (f.app.contains(file) || slices.ContainsFunc(f.owns, func(o owner) bool { return o.contains(file) })):
		return false
	case hasNamed(assembly, name):
		return false
	}
	embeds := f == nil || f.app == nil
	return !anySource(root, func(source string, text []byte) bool {
		return names(text, name, ext) ||
			embeds && strings.HasPrefix(file, below(path.Dir(source))) && bytes.Contains(text, []byte("\n//go:embed "))
	})
}

// below returns the prefix of the paths of files in a folder.
func below(folder string) string {
	if folder == "." {
		return ""
	}
	return folder + "/"
}

// names reports whether a text contains the name of a file, or its extension in a form in which programs compare it.
func names(text []byte, name, ext string) bool {
	if bytes.Contains(text, []byte(name)) {
		return true
	}
	for _, kind := range []string{`"` + ext, `'` + ext, `*` + ext} {
		if ext != "" && bytes.Contains(text, []byte(kind)) {
			return true
		}
	}
	return false
}

// hasNamed reports whether a file of an assembly has a name. Files that npm installed are not searched.
func hasNamed(assembly, name string) (found bool) {
	_ = filepath.WalkDir(assembly, func(_ string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case entry.IsDir() && entry.Name() == "node_modules":
			return fs.SkipDir
		case !entry.IsDir() && entry.Name() == name:
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// anySource reports whether is returns true for a source below a folder. The source's path is relative to the folder,
// with slashes.
func anySource(root string, match func(source string, text []byte) bool) (found bool) {
	_ = filepath.WalkDir(root, func(at string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // it was just deleted
		}
		name := entry.Name()
		if entry.IsDir() {
			if at != root && (slices.Contains(unseen, name) || strings.HasPrefix(name, ".")) {
				return fs.SkipDir
			}
			return nil
		}
		if !slices.Contains(written, strings.ToLower(filepath.Ext(name))) || slices.Contains(legal, name) ||
			strings.HasSuffix(name, "_test.go") {
			return nil
		}
		if info, err := entry.Info(); err != nil || info.Size() > mostWritten || !info.Mode().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(at)
		if err != nil {
			return nil
		}
		source, err := filepath.Rel(root, at)
		if err == nil && match(filepath.ToSlash(source), text) {
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}
