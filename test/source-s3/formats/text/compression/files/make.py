# Makes the files here, but those named hadoop, which Spark 3.5 wrote of the same rows (DataFrame.write.json with a codec).
import json, cramjam, zipfile, io, lzma, bz2, subprocess, os
rows=''.join(json.dumps({'id':i,'text':'text %d'%(i*7919)},separators=(',',':'))+'\n' for i in range(2000)).encode()
O=os.path.dirname(os.path.abspath(__file__))+'/'
open(O+'framed.json.sz','wb').write(bytes(cramjam.snappy.compress(rows)))
def z(name, method, members, stream=False):
    b=io.BytesIO()
    class W(io.RawIOBase):
        def writable(self): return True
        def write(self,d): b.write(d); return len(d)
    with zipfile.ZipFile(W() if stream else b,'w',method) as f:
        for n,d in members: f.writestr(n,d)
    open(O+name,'wb').write(b.getvalue())
z('deflated.zip',zipfile.ZIP_DEFLATED,[('a.json',rows)])
z('stored.zip',zipfile.ZIP_STORED,[('a.json',rows[:3000].rsplit(b'\n',1)[0]+b'\n')])
z('streamed.zip',zipfile.ZIP_DEFLATED,[('data/',b''),('data/a.json',rows),('__MACOSX/a.json',b'x')],True)
z('two.zip',zipfile.ZIP_DEFLATED,[('a.json',rows),('b.json',rows)])
z('bzip2.zip',zipfile.ZIP_BZIP2,[('a.json',rows)])
open(O+'a.json.xz','wb').write(lzma.compress(rows)); open(O+'a.json.bz2','wb').write(bz2.compress(rows))
open(O+'a.json.lz4','wb').write(bytes(cramjam.lz4.compress(rows)))
b=io.BytesIO()
class W(io.RawIOBase):
    def writable(self): return True
    def write(self,d): b.write(d); return len(d)
with zipfile.ZipFile(W(),'w',zipfile.ZIP_DEFLATED) as f:
    for n in ('a.json','b.json'):
        with f.open(n,'w',force_zip64=True) as m: m.write(rows)
open(O+'zip64.zip','wb').write(b.getvalue())
for n in range(3): open('abc'[n]+'.json','w').write(''.join('{"id":%d}\n'%i for i in range(10*n,10*n+10)))
subprocess.run(['zip','-q','-fz','-X',O+'infozip.zip','a.json','b.json','c.json'],check=True) # Info-ZIP 3, a Zip64 directory
