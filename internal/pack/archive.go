package pack

import (
	"archive/zip"
	"compress/flate"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Write packs the files below dir into a zip, under the one folder top. Nothing
// but names, contents and modified (its seconds, in UTC) decides about the
// bytes: entries are sorted, directories have none of their own, and executables
// are told by their names, whatever modes and times the files have. What is
// neither a file nor a directory is an error.
func Write(w io.Writer, dir, top string, modified time.Time) error {
	names, err := list(dir)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for _, name := range names {
		header := &zip.FileHeader{Name: path.Join(top, name), Method: zip.Deflate, Modified: modified.UTC().Truncate(time.Second)}
		header.SetMode(mode(name))
		entry, err := z.CreateHeader(header)
		if err != nil {
			return err
		}
		if err := copyFile(entry, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			return err
		}
	}
	return z.Close()
}

// list is the names of all files below dir, with slashes, sorted.
func list(dir string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if !entry.Type().IsRegular() {
			return fmt.Errorf("%s is not a file: links and the like cannot be packed", file)
		}
		name, err := filepath.Rel(dir, file)
		names = append(names, filepath.ToSlash(name))
		return err
	})
	slices.Sort(names)
	return names, err
}

// mode is what a file of the plugin may be: the back end's executables run.
func mode(name string) fs.FileMode {
	if strings.HasPrefix(path.Base(name), "gpx_") {
		return 0o755
	}
	return 0o644
}

func copyFile(w io.Writer, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}
