package batch

import (
	"bytes"
	"fmt"
	"sync"
)

// tarball is the package as npm packs it, the same bytes each time: jsii keeps what it unpacked by their hash. It is
// not compressed, as a compressor takes longer, and more memory, than all that it would save of a few kilobytes. And it
// is written here, as archive/tar imports os/user, with which a program links libc: 1.4 MB of an app's memory.
var tarball = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	for _, f := range []struct {
		name string
		data []byte
	}{{"package/package.json", manifest}, {"package/.jsii", assembly}, {"package/lib/index.js", code}} {
		b.Write(tarHeader(f.name, len(f.data)))
		b.Write(f.data)
		b.Write(make([]byte, -len(f.data)&(tarBlock-1)))
	}
	b.Write(make([]byte, 2*tarBlock)) // the end of the archive
	return b.Bytes()
})

const tarBlock = 512

// tarHeader is the header of a regular file that anyone may read.
// Source: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06
func tarHeader(name string, size int) []byte {
	header := make([]byte, tarBlock)
	copy(header, name)
	copy(header[100:], "0000644\x00")                  // mode
	copy(header[108:], "0000000\x00")                  // uid
	copy(header[116:], "0000000\x00")                  // gid
	copy(header[124:], fmt.Sprintf("%011o\x00", size)) // size
	copy(header[136:], "00000000000\x00")              // mtime
	copy(header[148:], "        ")                     // chksum, which counts as spaces
	header[156] = '0'                                  // typeflag: a regular file
	copy(header[257:], "ustar\x0000")                  // magic, version
	sum := 0
	for _, b := range header {
		sum += int(b)
	}
	copy(header[148:], fmt.Sprintf("%06o\x00 ", sum))
	return header
}
