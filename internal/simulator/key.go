package simulator

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
)

// Key is a WireGuard key, private, public or preshared. The zero value means "none".
type Key [32]byte

// NewKey makes a private key.
func NewKey() Key {
	var k Key
	_, _ = rand.Read(k[:]) // never fails
	return k.clamp()
}

// KeyFrom derives a private key from a phrase, so that a demo keeps its keys from start to start.
func KeyFrom(phrase string) Key {
	return Key(sha256.Sum256([]byte(phrase))).clamp()
}

// clamp makes a private key of any 32 bytes, as X25519 demands.
func (k Key) clamp() Key {
	k[0] &= 248
	k[31] = k[31]&127 | 64
	return k
}

// Public derives the public key.
func (k Key) Public() Key {
	private, err := ecdh.X25519().NewPrivateKey(k[:])
	if err != nil {
		panic(err) // any 32 bytes are a private key
	}
	return Key(private.PublicKey().Bytes())
}

// String is the key as wg prints it, and "(none)" for no key.
func (k Key) String() string {
	if k == (Key{}) {
		return "(none)"
	}
	return base64.StdEncoding.EncodeToString(k[:])
}

func (k Key) hex() string { return hex.EncodeToString(k[:]) }

// newUUID makes a random UUID (version 4), by which OPNsense names what is configured.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
