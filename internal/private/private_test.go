package private

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	for _, tt := range []struct {
		name  string
		mode  fs.FileMode
		owner int // -1 for this process's user
		want  string
	}{
		{"the user's alone", 0o600, -1, ""},
		{"the user's alone, to read", 0o400, -1, ""},
		{"the group reads it", 0o640, -1, "has mode 0640"},
		{"others write it", 0o602, -1, "has mode 0602"},
		{"another user's", 0o600, 65534, "belongs to the user id 65534"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.owner >= 0 && os.Geteuid() != 0 {
				t.Skip("only root can give a file away")
			}
			path := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, tt.mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chown(path, tt.owner, -1); err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			err = Check(path, info)
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), path+" "+tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
