package simulator

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// The files of a state directory. A client trusts ca.pem; the key beside it lets the next start use the same authority.
const (
	caFile    = "ca.pem"
	caKeyFile = "ca-key.pem"
)

// authorityIn reads the authority of an earlier start, or makes one and writes it down. An expired one is replaced.
func authorityIn(directory string) (*authority, error) {
	a, err := readAuthority(directory)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err == nil && time.Now().Before(a.certificate.NotAfter) {
		return a, nil
	}
	if a, err = newAuthority(authorityName); err != nil {
		return nil, err
	}
	return a, a.write(directory)
}

func (a *authority) write(directory string) error {
	key, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
	if err := os.WriteFile(filepath.Join(directory, caKeyFile), keyPEM, 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(directory, caFile), a.pem(), 0o644)
}

func readAuthority(directory string) (*authority, error) {
	der, err := readPEM(filepath.Join(directory, caFile))
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", caFile, err)
	}
	if der, err = readPEM(filepath.Join(directory, caKeyFile)); err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", caKeyFile, err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || !key.PublicKey.Equal(certificate.PublicKey) {
		return nil, fmt.Errorf("%s is not the key of %s", caKeyFile, caFile)
	}
	return &authority{certificate: certificate, key: key}, nil
}

func readPEM(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s is no PEM", path)
	}
	return block.Bytes, nil
}
