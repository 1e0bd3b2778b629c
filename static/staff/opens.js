"use strict";
// Stands in a file that left the house: opens it with the pass phrase, in the browser, without a net.
const here = document.body.dataset;
const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
const open = async (phrase) => {
  const typed = new TextEncoder().encode(phrase.trim().toLowerCase().split(/\s+/).join(" "));
  const material = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt: bytes(here.salt), iterations: Number(here.iterations) },
    material, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  const plain = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv: bytes(here.nonce) }, key, bytes(here.sealed));
  return JSON.parse(new TextDecoder().decode(plain));
};
document.getElementById("open").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const found = await open(document.getElementById("phrase").value);
    document.getElementById("open").remove();
    // Ours, escaped when it was made; the policy of this page runs no script but this one.
    document.getElementById("inside").innerHTML = found.page;
    const data = new Blob([JSON.stringify(found.data, null, 1)], { type: "application/json" });
    document.getElementById("data").href = URL.createObjectURL(data);
    document.getElementById("more").hidden = false;
  } catch {
    document.getElementById("wrong").hidden = false;
  }
});
